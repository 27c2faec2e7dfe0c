"""What a recording keeps of a call, and that it cannot fill the memory."""

import pytest
from attrs import evolve

from engine.audio import SILENCE_BYTE
from engine.caller.inbox import SILENT_FRAME
from engine.recording import Recording
from engine.settings import DEFAULTS, FRAME_MS
from rehearsal.rig import HUMMED, FakeOffice, rehearse
from simulator import HangUp, ModelScript, Reply, UntilBotQuiet, UntilBotSpeaks
from simulator.tones import murmur
from tests.engine.test_notice_heard import (
    ANSWERED,
    HELLO,
    INTERRUPTS,
    MHM,
    NOTICE,
    OPEN,
    QUESTION,
    called,
    heard_ms,
)


def begun(**more):
    """A recording of a caller who heard the notice long ago."""
    recording = Recording(settings=DEFAULTS, **more)
    recording.begin(-1_000)
    return recording


def test_both_voices_are_kept_with_the_moment_they_came():
    recording = begun()
    recording.heard(20.4, b"caller")
    recording.answered(25.6, "resp_1", b"bot")
    recording.heard(40.0, b"again")

    assert recording.caller == [(20, b"caller"), (40, b"again")]
    assert recording.bot == [(26, "resp_1", b"bot")]
    assert not recording.full


def test_a_peer_that_floods_the_call_costs_the_rest_of_the_recording():
    recording = begun(room_bytes=1_000)
    for at_ms in range(20):
        recording.heard(at_ms, b"12345")

    assert recording.full
    assert len(recording.caller) == 9  # 105 bytes each, with what a piece costs
    recording.answered(20, "resp_1", b"")
    assert recording.bot == []


def test_the_longest_call_has_room_and_a_flood_gets_no_more_than_40_mib():
    recording = begun()
    for at_ms in range(0, DEFAULTS.longest_call_ms, FRAME_MS):
        recording.heard(at_ms, SILENT_FRAME)
        recording.answered(at_ms, "resp_1", SILENT_FRAME)
    assert not recording.full
    for _ in range(40):
        recording.heard(DEFAULTS.longest_call_ms, bytes(2**20))
    assert (recording.full, recording.size_bytes) == (True, 40 * 2**20)


def test_what_was_said_is_in_no_log():
    recording = begun()
    recording.heard(20, b"my secret")
    recording.answered(20, "resp_1", b"your secret")

    assert "secret" not in repr(recording)


def test_before_the_notice_was_heard_both_voices_are_silence_of_the_same_length():
    recording = Recording(settings=DEFAULTS)
    recording.heard(20, b"caller")
    recording.answered(30, "resp_1", b"bot")

    assert recording.caller == [(20, SILENCE_BYTE * 6)]
    assert recording.bot == [(30, "resp_1", SILENCE_BYTE * 3)]
    assert not recording.kept


def test_what_was_still_on_its_way_when_the_notice_was_heard_is_silence_too():
    recording = Recording(settings=DEFAULTS)
    recording.begin(1_000)
    for at_ms in (1_020, 1_480, 1_500, 1_520):
        recording.heard(at_ms, b"x")

    assert recording.caller == [(1_020, b"\xff"), (1_480, b"\xff"), (1_500, b"x"), (1_520, b"x")]
    assert recording.kept


# A whole call


def first_sound_ms(pieces):
    """When the first piece came that is no silence; None if none is."""
    return next((at_ms for at_ms, *_, audio in pieces if audio.strip(SILENCE_BYTE)), None)


async def test_audio_is_kept_from_the_last_word_of_the_notice_on(autojump_clock):
    placed = await called([UntilBotSpeaks(100), MHM, UntilBotQuiet(500), QUESTION, *ANSWERED], HELLO, OPEN)
    recording = placed.record.recording

    # 22 of 51 letters in 3 s of sound end after 1.3 s; its first sound came after 0.25 s.
    assert heard_ms(placed) == [2_150]
    assert (first_sound_ms(recording.caller), first_sound_ms(recording.bot)) == (3_660, 5_230)
    assert [at_ms for at_ms, _ in recording.caller] == [*range(20, recording.caller[-1][0] + 20, 20)]
    assert QUESTION.audio in b"".join(audio for _, audio in recording.caller)
    assert [len(audio) for _, response, audio in recording.bot if response == "resp_0001"] == [3_200] * 7 + [
        1_600
    ]
    assert b"".join(audio for _, response, audio in recording.bot if response == "resp_0002") == OPEN.audio


async def test_over_a_slow_line_nothing_is_kept_that_was_said_before_the_last_word_came(autojump_clock):
    way_ms, hiss = 220, b"\xfe" * 160

    rehearsed = await rehearse(
        [UntilBotQuiet(2_000), HangUp()],
        ModelScript(replies=[Reply(NOTICE, murmur(1_300, pitch=180))]),
        office=FakeOffice(notice=NOTICE),
        settings=evolve(HUMMED, keep_audio=True),
        up=lambda: way_ms,
        down=lambda: way_ms,
        acoustics=lambda _said, _played, _began_ms: hiss,
    )

    ((began_ms, notice),) = rehearsed.carrier.heard
    last_word_ms = rehearsed.carrier.began_s * 1000 + began_ms + len(notice) / 8
    arrived_ms = rehearsed.began_s * 1000 + first_sound_ms(rehearsed.record.recording.caller)
    assert 0 <= arrived_ms - way_ms - last_word_ms < 100


@pytest.mark.parametrize("notice", [None, "", "..."])
async def test_without_a_notice_that_can_be_heard_nothing_is_kept_whatever_the_settings(
    notice, autojump_clock
):
    placed = await called([UntilBotQuiet(500), QUESTION, *ANSWERED], HELLO, OPEN, notice=notice)
    recording = placed.record.recording

    assert (heard_ms(placed), recording.kept) == ([], False)
    assert (first_sound_ms(recording.caller), first_sound_ms(recording.bot)) == (None, None)


async def test_a_notice_that_was_interrupted_keeps_nothing(autojump_clock):
    placed = await called([*INTERRUPTS, *ANSWERED, QUESTION, UntilBotSpeaks(100)], HELLO, OPEN, OPEN)

    assert placed.of("barge_in")[0]["heard_ms"] < 1_300
    assert (heard_ms(placed), placed.record.recording.kept) == ([], False)
