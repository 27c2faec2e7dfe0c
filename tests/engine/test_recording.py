"""What a recording keeps of a call, and that it cannot fill the memory."""

from attrs import evolve

from engine.recording import Recording
from engine.settings import DEFAULTS
from simulator import HangUp, ModelScript, Reply, Say, UntilBotQuiet
from simulator.tones import murmur
from tests.rig import HUMMED, place


def test_both_voices_are_kept_with_the_moment_they_came():
    recording = Recording(settings=DEFAULTS)
    recording.heard(20.4, b"caller")
    recording.answered(25.6, "resp_1", b"bot")
    recording.heard(40.0, b"again")

    assert recording.caller == [(20, b"caller"), (40, b"again")]
    assert recording.bot == [(26, "resp_1", b"bot")]
    assert not recording.full


def test_a_peer_that_floods_the_call_costs_the_rest_of_the_recording():
    recording = Recording(settings=DEFAULTS, room_bytes=1_000)
    for at_ms in range(20):
        recording.heard(at_ms, b"12345")

    assert recording.full
    assert len(recording.caller) == 9  # 105 bytes each, with what a piece costs
    recording.answered(20, "resp_1", b"")
    assert recording.bot == []


def test_what_was_said_is_in_no_log():
    recording = Recording(settings=DEFAULTS)
    recording.heard(20, b"my secret")
    recording.answered(20, "resp_1", b"your secret")

    assert "secret" not in repr(recording)


GREETING = Reply("Demo Dental, how can I help?", murmur(800, pitch=180))


async def test_a_call_that_is_kept_has_both_voices_in_its_record(autojump_clock):
    question = murmur(700)
    placed = await place(
        [UntilBotQuiet(500), Say("When are you open?", question), HangUp()],
        ModelScript(replies=[GREETING], slow_connect_ms=100),
        settings=evolve(HUMMED, keep_audio=True),
    )

    recording = placed.record.recording
    assert b"".join(payload for _, payload in recording.caller).endswith(question)
    arrivals = [at_ms for at_ms, _ in recording.caller]
    assert arrivals == [*range(20, arrivals[-1] + 20, 20)]
    # 400 ms of sound come at once, 150 ms after the model was ready, and the rest 80 ms later.
    assert [(at_ms, response_id) for at_ms, response_id, _ in recording.bot] == [
        (250, "resp_0001"),
        (330, "resp_0001"),
    ]
    assert b"".join(audio for _, _, audio in recording.bot) == GREETING.audio
    assert recording.settings.keep_audio


async def test_a_call_is_not_kept_unless_the_business_wants_it(autojump_clock):
    placed = await place([HangUp()], ModelScript(replies=[GREETING]))

    assert placed.record.recording is None
