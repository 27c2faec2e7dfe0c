"""Whole calls under the virtual clock: how each kind of end comes about, and when."""

import logging
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest
import trio
from attrs import evolve

from engine.errors import ModelFault
from engine.outcome import Outcome
from engine.prompt.prompt import greeting
from rehearsal.rig import CALL_SID, HUMMED, FakeOffice, Live, place
from simulator.caller import (
    Die,
    HangUp,
    Pause,
    Press,
    Say,
    Send,
    StallReading,
    StopSending,
    UntilBotQuiet,
    UntilBotSpeaks,
    UntilClosed,
)
from simulator.model_script import Abort, Call, CloseNow, Fail, Ignore, ModelScript, NoAnswer, Reply, Stall
from simulator.tones import cough, murmur, noise

GREETING = Reply("Demo Dental, how can I help?", murmur(800, pitch=180))
SHORT = Reply("Yes, of course.", murmur(700, pitch=210))
LONG = Reply("We are open from nine to five.", murmur(3_000, pitch=190))
ASK = Say("When are you open?", murmur(700))


async def test_a_call_is_greeted_answered_and_hung_up_by_the_bot(autojump_clock):
    placed = await place(
        [UntilBotQuiet(500), Say("Goodbye.", murmur(600)), UntilClosed()],
        ModelScript(
            replies=[GREETING, Reply("Goodbye!", murmur(800, pitch=200), calls=(Call("end_call"),))],
            hears=["Goodbye."],
        ),
    )
    placed.assert_clean()
    assert placed.outcome is Outcome.COMPLETED
    assert placed.said() == [
        ("bot", "Demo Dental, how can I help?"),
        ("caller", "Goodbye."),
        ("bot", "Goodbye!"),
    ]
    assert placed.office.opened == 1


async def test_a_silent_caller_is_asked_twice_and_then_politely_hung_up_on(autojump_clock):
    asked = [Reply(text, murmur(600, pitch=150 + n)) for n, text in enumerate(["Hello?", "Are you there?"])]
    bye = Reply("I cannot hear you. Goodbye!", murmur(900, pitch=220))
    placed = await place([UntilClosed()], ModelScript(replies=[GREETING, *asked, bye]))
    placed.assert_clean()
    assert placed.outcome is Outcome.SILENCE_TIMEOUT
    warned = [event.at_ms for event in placed.record.events if event.kind == "silence_warning"]
    greeted_ms = 150 + 800
    assert warned == [greeted_ms + 8_000, greeted_ms + 8_000 + 750 + 8_000]
    assert [said["text"] for said in placed.of("bot_said")] == [
        GREETING.text,
        "Hello?",
        "Are you there?",
        bye.text,
    ]
    assert placed.carrier.played.endswith(bye.audio)


# A detector to which nothing on the line is a voice.
DEAF = evolve(HUMMED, utterance_level=10_000.0, barge_in_level=10_000.0)
ASKED = [Reply(f"Hello? {n}", murmur(600, pitch=150 + n)) for n in range(5)]


async def test_a_caller_whom_the_detector_does_not_hear_is_asked_ever_more_seldom_and_not_hung_up_on(
    autojump_clock,
):
    unheard = [Say("Can you hear me?", murmur(900)), Pause(2_100)]
    placed = await place(
        [UntilBotQuiet(500), *unheard * 34, HangUp()],
        ModelScript(replies=[GREETING, *ASKED]),
        settings=DEAF,
    )
    placed.assert_clean()
    assert placed.outcome is Outcome.CALLER_HUNG_UP
    warned_ms = [event.at_ms for event in placed.record.events if event.kind == "silence_warning"]
    between_ms = [after - before for before, after in pairwise(warned_ms)]
    assert between_ms == [750 + 8_000, 750 + 8_000, 750 + 16_000, 750 + 32_000]
    assert len(placed.of("sound_unheard")) == len(warned_ms)


async def test_a_line_that_has_fallen_silent_is_hung_up_on_however_much_was_heard_before(autojump_clock):
    placed = await place(
        [UntilBotQuiet(500), *[Say("Can you hear me?", murmur(900)), Pause(2_100)] * 9, UntilClosed()],
        ModelScript(replies=[GREETING, *ASKED]),
        settings=DEAF,
    )
    assert placed.outcome is Outcome.SILENCE_TIMEOUT
    assert len(placed.of("silence_warning")) == 3


@pytest.mark.parametrize("level", [150, 1_500])
async def test_steady_noise_is_silence_however_loud_it_is(autojump_clock, level):
    placed = await place(
        [Say("a fan", noise(1_000, level) * 40), UntilClosed()],
        ModelScript(replies=[GREETING, *ASKED]),
        settings=DEAF,
    )
    assert placed.outcome is Outcome.SILENCE_TIMEOUT
    assert (len(placed.of("silence_warning")), placed.of("sound_unheard")) == (2, [])


async def test_any_sign_of_the_caller_starts_the_silence_anew(autojump_clock):
    placed = await place(
        [
            UntilBotQuiet(400),
            Pause(7_000),
            Press("5"),
            Pause(7_000),
            Say("hm", murmur(60)),
            Pause(7_000),
            HangUp(),
        ],
        ModelScript(replies=[GREETING]),
    )
    assert placed.of("silence_warning") == []


async def test_the_longest_call_ends_with_a_goodbye(autojump_clock):
    settings = evolve(HUMMED, longest_call_warning_ms=4_000, longest_call_ms=6_000)
    bye = Reply("I have to end this call. Goodbye!", murmur(900, pitch=220))
    placed = await place([UntilClosed()], ModelScript(replies=[GREETING, bye]), settings=settings)
    placed.assert_clean()
    assert (placed.outcome, placed.of("bot_said")[-1]["text"]) == (Outcome.LONGEST_CALL, bye.text)
    assert placed.ended_s == pytest.approx(6.0 + 0.15 + 0.9)


async def test_a_silent_model_is_cancelled_at_6_s_and_asked_once_more(autojump_clock):
    placed = await place(
        [UntilBotSpeaks(100), UntilBotQuiet(400), HangUp()], ModelScript(replies=[NoAnswer(), GREETING])
    )
    placed.assert_clean()
    assert placed.carrier.heard == ((6_150, GREETING.audio),)


@pytest.mark.parametrize(
    ("replies", "ended_s"),
    [
        ([NoAnswer(), NoAnswer()], 12.0),
        ([NoAnswer(deaf=True)], 8.0),
        ([Fail("server_error"), Fail("server_error")], 0.3),
        ([Fail("insufficient_quota")], 0.15),
        ([CloseNow(1011)], 0.0),
        ([CloseNow(1011, after_ms=1_000, during=LONG)], 1.0),
        ([Abort()], 0.0),
        ([Abort(after_ms=1_000, during=LONG)], 1.0),
        ([Stall()], 8.0),
    ],
)
async def test_a_model_that_fails_ends_the_call_in_time_for_the_fallback(replies, ended_s, autojump_clock):
    placed = await place([UntilClosed()], ModelScript(replies=replies))
    assert placed.outcome is Outcome.MODEL_FAILED
    assert placed.ended_s == pytest.approx(ended_s, abs=0.001)
    assert (placed.model_gone_s, placed.carrier_gone_s) == (placed.ended_s, placed.ended_s)
    assert placed.record.outcome == "model_failed"


def limited(after: str) -> Fail:
    return Fail(
        "rate_limit_exceeded", message=f"Rate limit reached. Please try again in {after}. Visit a page."
    )


async def test_a_rate_limit_is_waited_for_and_the_caller_is_answered(autojump_clock):
    placed = await place(
        [UntilBotQuiet(400), ASK, UntilBotSpeaks(100), UntilBotQuiet(400), HangUp()],
        ModelScript(replies=[GREETING, limited("1.2s"), SHORT]),
    )
    placed.assert_clean()
    asked = [moment.at_ms for moment in placed.model.timeline if moment.detail == "response.create"]
    failed = [moment.at_ms for moment in placed.model.timeline if moment.detail == "response.done"]
    assert asked[2] - failed[1] == 1_200
    assert placed.of("rate_limited") == [{"wait_ms": 1_200}]
    assert placed.of("response_failed") == [
        {"code": "rate_limit_exceeded", "failures": 1, "response": "resp_0002"}
    ]
    assert placed.carrier.played == GREETING.audio + SHORT.audio


@pytest.mark.parametrize(
    ("failed", "ended_s"),
    [
        (limited("350ms"), 3 * 0.15 + 2 * 0.35),
        (Fail("rate_limit_exceeded"), 3 * 0.15 + 1 + 2),
        (limited("20s"), 2 * 0.15 + 6),
    ],
)
async def test_a_rate_limit_that_does_not_pass_ends_the_call_in_time_for_the_fallback(
    failed, ended_s, autojump_clock
):
    placed = await place([UntilClosed()], ModelScript(replies=[failed] * 3))
    assert (placed.outcome, placed.record.detail) == (
        Outcome.MODEL_FAILED,
        "the model gives no answer: rate_limit_exceeded",
    )
    assert placed.ended_s == pytest.approx(ended_s, abs=0.001)


async def test_a_create_that_is_lost_ends_in_the_fallback(autojump_clock):
    script = ModelScript(
        replies=[Ignore(), Ignore(), Ignore()], allowed_errors=frozenset({"response_cancel_not_active"})
    )
    placed = await place([UntilClosed()], script)
    assert placed.outcome is Outcome.MODEL_FAILED
    assert placed.ended_s == pytest.approx(12.0)


async def test_a_model_that_stalls_in_mid_answer_is_asked_once_more(autojump_clock):
    stuck = evolve(LONG, delta_ms=1_000, pace=0.125)  # a second of audio every eight
    placed = await place(
        [UntilBotSpeaks(500), UntilBotQuiet(2_000), UntilBotSpeaks(100), UntilBotQuiet(400), HangUp()],
        ModelScript(replies=[stuck, SHORT]),
    )
    placed.assert_clean()
    assert placed.of("response_failed") == [{"code": "overdue", "failures": 1, "response": "resp_0001"}]
    assert placed.carrier.played == LONG.audio[:8_000] + SHORT.audio


@pytest.mark.parametrize(
    "script",
    [
        ModelScript(bad_key=True),
        ModelScript(slow_connect_ms=10_000),
        ModelScript(never_updates=True),
        ModelScript(reject_fields=frozenset({"audio.output.format"})),
        ModelScript(wrong_formats=True),
    ],
)
async def test_a_model_that_never_gets_ready_ends_the_call_within_3_s(script, autojump_clock):
    placed = await place([UntilClosed()], script)
    assert placed.outcome is Outcome.MODEL_FAILED
    assert placed.ended_s <= 3.0
    assert placed.carrier.played == b""


async def test_a_model_that_refuses_the_connection_ends_the_call_at_once(autojump_clock):
    @asynccontextmanager
    async def refuse():
        raise ModelFault("connection refused")
        yield

    placed = await place([UntilClosed()], connect=refuse)
    assert (placed.outcome, placed.record.detail) == (Outcome.MODEL_FAILED, "connection refused")


async def test_a_model_that_rejects_transcription_is_asked_again_without_and_the_call_says_so(
    autojump_clock, caplog
):
    caplog.set_level(logging.INFO)
    placed = await place(
        [UntilBotQuiet(400), ASK, UntilBotSpeaks(100), UntilBotQuiet(400), HangUp()],
        ModelScript(
            replies=[GREETING, SHORT],
            reject_fields=frozenset({"audio.input.transcription"}),
            allowed_errors=frozenset({"unknown_parameter"}),
        ),
    )
    placed.assert_clean()
    assert placed.carrier.played == GREETING.audio + SHORT.audio
    assert placed.said() == [("bot", GREETING.text), ("bot", SHORT.text)]
    assert placed.of("transcription_refused") == [{"code": "unknown_parameter"}]
    warned = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert warned == [
        f"{CALL_SID} 0.000 s: no transcription, the model refused it (unknown_parameter): the caller's words "
        "are not in this call's account"
    ]


@pytest.mark.parametrize("model", ["gpt-live-transcribe", "gpt-transcribe", "whisper-1", "gpt-4o-transcribe"])
async def test_what_the_caller_says_is_transcribed_by_whichever_model_is_chosen(model, autojump_clock):
    placed = await place(
        [UntilBotQuiet(400), ASK, UntilBotSpeaks(100), UntilBotQuiet(400), HangUp()],
        ModelScript(replies=[GREETING, SHORT], hears=[ASK.text]),
        settings=evolve(HUMMED, transcription_model=model),
    )
    placed.assert_clean()
    assert placed.said() == [("bot", GREETING.text), ("caller", ASK.text), ("bot", SHORT.text)]


@pytest.mark.parametrize(
    ("script", "outcome", "ended_s"),
    [
        ([Pause(2_000), HangUp()], Outcome.CALLER_HUNG_UP, 2.02),
        ([Pause(2_000), Die()], Outcome.CARRIER_LOST, 2.02),
        ([Pause(2_000), StopSending(60_000)], Outcome.CARRIER_LOST, 12.0),
        ([StopSending(60_000)], Outcome.CARRIER_LOST, 10.0),  # its `start` was all that came
    ],
)
async def test_a_carrier_that_goes_away_ends_the_call(script, outcome, ended_s, autojump_clock):
    placed = await place(script, ModelScript(replies=[LONG]))
    assert placed.outcome is outcome
    assert placed.ended_s == pytest.approx(ended_s, abs=0.021)
    assert (placed.model_gone_s, placed.carrier_gone_s) == (placed.ended_s, placed.ended_s)


async def test_a_carrier_that_reads_nothing_cannot_delay_the_end(autojump_clock):
    script = [UntilBotSpeaks(200), StallReading(), Pause(3_000), HangUp()]
    placed = await place(script, ModelScript(replies=[evolve(LONG, delta_ms=20)]))
    assert placed.outcome is Outcome.CALLER_HUNG_UP
    assert placed.ended_s < 4.0


async def test_a_carrier_that_takes_nothing_any_more_ends_the_call_in_5_s(autojump_clock):
    flood = evolve(LONG, delta_ms=20)
    placed = await place([UntilBotSpeaks(200), StallReading(), UntilClosed()], ModelScript(replies=[flood]))
    assert placed.outcome is Outcome.CARRIER_LOST
    assert placed.ended_s < 6.0


class Failing:
    """An office whose final write fails."""

    def __getattr__(self, name):
        return getattr(FakeOffice(), name)

    async def close_call(self, record):
        raise OSError("disk full")


async def test_a_final_write_that_fails_is_raised_after_both_sockets_are_closed(autojump_clock):
    links = []

    def spy(link):
        links.append(link)
        return link

    with pytest.RaisesGroup(pytest.RaisesExc(OSError, match="disk full"), flatten_subgroups=True):
        await place([Pause(200), HangUp()], ModelScript(replies=[LONG]), office=Failing(), wrap=spy)
    assert links[0].closed_at is not None


async def test_a_line_that_cannot_be_closed_costs_no_record(autojump_clock):
    class Stuck:
        def __init__(self, link):
            self.receive, self.send = link.receive, link.send

        async def close(self, code=1000):
            await trio.sleep_forever()

    placed = await place([Pause(200), HangUp()], ModelScript(replies=[LONG]), wrap=Stuck)
    assert placed.record.outcome == "caller_hung_up"
    assert placed.ended_s < 4.0


async def test_what_the_caller_says_while_the_bot_falters_is_answered(autojump_clock):
    looks = Reply("Let me look.", murmur(600, pitch=170), calls=(Call("find", {}),), call_ms=5_000)
    placed = await place(
        [
            UntilBotQuiet(400),
            ASK,
            UntilBotSpeaks(300),
            UntilBotQuiet(800),
            Say("And on Sundays?", murmur(1_000, level=800)),
            UntilBotSpeaks(100),
            UntilBotQuiet(400),
            HangUp(),
        ],
        ModelScript(replies=[GREETING, looks, SHORT], hears=["When?", "And on Sundays?"]),
    )
    placed.assert_clean()
    assert placed.said()[-3:] == [
        ("bot", "Let me look."),
        ("caller", "And on Sundays?"),
        ("bot", SHORT.text),
    ]


BAD = {
    "not json": "{",
    "a list": "[]",
    "no event": "{}",
    "unknown event": '{"event": "party", "streamSid": "x"}',
    "media without payload": '{"event": "media", "media": {"track": "inbound"}}',
    "payload of a wrong type": '{"event": "media", "media": {"track": "inbound", "payload": 5}}',
    "payload that is not base64": '{"event": "media", "media": {"track": "inbound", "payload": "%%"}}',
    "deep nesting": "[" * 60_000,
    "binary": b"\x00\x01",
    "a megabyte": '{"event": "' + "x" * 1_000_000 + '"}',
}


@pytest.mark.parametrize("message", BAD.values(), ids=BAD.keys())
async def test_a_bad_carrier_message_is_ignored_and_the_call_goes_on(message, autojump_clock, caplog):
    placed = await place(
        [UntilBotQuiet(400), Send(message), ASK, UntilBotSpeaks(100), UntilBotQuiet(400), HangUp()],
        ModelScript(replies=[GREETING, SHORT]),
    )
    placed.assert_clean()
    assert placed.carrier.played == GREETING.audio + SHORT.audio
    assert "Traceback" not in caplog.text


async def test_a_cancelled_call_leaves_one_truthful_record(autojump_clock):
    def cancel_later(live: Live) -> None:
        live.scope.deadline = trio.current_time() + 1.0

    placed = await place([UntilClosed()], ModelScript(replies=[LONG]), on_run=cancel_later)
    placed.assert_clean()
    assert (placed.outcome, placed.ended_s) == (Outcome.SERVER_STOPPED, 1.0)


async def test_a_bug_in_a_task_ends_the_call_with_an_apology_owed_and_a_traceback_in_the_log(
    autojump_clock, caplog
):
    @asynccontextmanager
    async def broken():
        raise KeyError("a bug")
        yield

    placed = await place([UntilClosed()], connect=broken)
    assert (placed.outcome, placed.outcome.owes_words) == (Outcome.INTERNAL_ERROR, True)
    assert "a bug" in caplog.text


async def test_a_call_can_be_read_from_its_log(autojump_clock, caplog):
    caplog.set_level("INFO", logger="engine")
    await place(
        [
            UntilBotQuiet(500),
            Say("Call me on 555 010 0199.", murmur(600)),
            UntilBotSpeaks(900),
            Say("No, wait.", murmur(700, pitch=120)),
            UntilBotSpeaks(100),
            UntilBotQuiet(500),
            Say("(cough)", cough(160)),
            UntilBotQuiet(1_500),
            Say("Bye.", murmur(600)),
            UntilClosed(),
        ],
        ModelScript(
            replies=[
                GREETING,
                LONG,
                SHORT,
                Reply("Goodbye!", murmur(800, pitch=200), calls=(Call("end_call"),)),
            ],
            hears=["Call me on 555 010 0199.", "No, wait.", "Bye."],
        ),
    )
    assert [record.getMessage().removeprefix(f"{CALL_SID} ") for record in caplog.records] == [
        "0.000 s: call started",
        "0.000 s: model connected",
        "0.000 s: session configured: voice alloy, in audio/pcmu, out audio/pcmu; "
        f"detector level: {HUMMED.thresholds()}",
        f"0.000 s: greeting: {greeting(FakeOffice().profile)}",
        "0.000 s: response created for greeting",
        "0.150 s: answer 1: begins with #1, 3200 bytes",
        "0.230 s: response done: completed",
        "0.950 s: answer 1: sent #1-#2, 6400 bytes; 3200 bytes marked as played, the last mark after 0 ms",
        "0.950 s: AI said: Demo Dental, how can I help? (heard 800 of 800 ms)",
        "1.520 s: [UTT] START onset 1440 ms, level 3972 over a floor of 0",
        "2.580 s: [UTT] END 600 ms of speech and 540 ms of silence, capped False, doubtful False, "
        "level 3972 over a floor of 0",
        "2.580 s: response created for utterance",
        "2.730 s: answer 2: begins with #3, 3200 bytes",
        "2.880 s: user said: Call me on [number].",
        "3.290 s: response done: completed",
        "3.700 s: [UTT] START onset 3620 ms, level 3861 over a floor of 0",
        "3.920 s: BARGE-IN paused the bot after 300 ms of speech, level 3884 over a floor of 0",
        "4.860 s: [UTT] END 700 ms of speech and 540 ms of silence, capped False, doubtful True, "
        "level 3918 over a floor of 0",
        "5.160 s: BARGE-IN real after 0 ms of speech, level 0 over a floor of 0: heard 1180 of 3000 ms",
        "5.160 s: truncated item_0004 at 1180 of 3000 ms",
        "5.160 s: answer 2: sent #3-#10, 24000 bytes; 6400 bytes marked as played, the last mark after 0 ms",
        "5.160 s: AI said: We are open (heard 1180 of 3000 ms)",
        "5.160 s: user said: No, wait.",
        "5.160 s: response created for utterance",
        "5.310 s: answer 3: begins with #11, 3200 bytes",
        "5.390 s: response done: completed",
        "6.010 s: answer 3: sent #11-#12, 5600 bytes; 3200 bytes marked as played, the last mark after 0 ms",
        "6.010 s: AI said: Yes, of course. (heard 700 of 700 ms)",
        "6.580 s: [UTT] START onset 6500 ms, level 4147 over a floor of 0",
        "7.200 s: [UTT] SKIPPED 160 ms of speech: too short, 160 of 300 ms, level 4147 over a floor of 0",
        "7.580 s: [UTT] START onset 7500 ms, level 3972 over a floor of 0",
        "8.640 s: [UTT] END 600 ms of speech and 540 ms of silence, capped False, doubtful False, "
        "level 3972 over a floor of 0",
        "8.640 s: response created for utterance",
        "8.790 s: answer 4: begins with #13, 3200 bytes",
        "8.940 s: user said: Bye.",
        "9.010 s: tool end_call called",
        "9.010 s: tool end_call answered: ok in 0 ms",
        "9.010 s: response done: completed",
        "9.590 s: answer 4: sent #13-#14, 6400 bytes; 3200 bytes marked as played, the last mark after 0 ms",
        "9.590 s: AI said: Goodbye! (heard 800 of 800 ms)",
        "9.590 s: gpt-realtime-2.1 used 0 audio and 400 text tokens in (0 and 240 cached), 106 and 19 out, "
        "in 4 responses, 0 in and 0 out for what was given up; gpt-live-transcribe wrote down 3000 ms",
        "9.590 s: hang-up: completed (the goodbye was heard), lead captured False",
    ]


async def test_what_was_heard_of_an_answer_that_the_caller_hung_up_on_stands_in_the_record(autojump_clock):
    placed = await place([UntilBotSpeaks(1_000), HangUp()], ModelScript(replies=[LONG]))
    placed.assert_clean()
    (said,) = placed.of("bot_said")
    assert (said["text"], said["heard_ms"], said["audio_ms"]) == ("We are", 1_000, 3_000)


async def test_somebody_behind_the_caller_is_neither_answered_nor_stops_the_bot(autojump_clock):
    behind = murmur(1_500, pitch=220, level=600)
    placed = await place(
        [
            UntilBotQuiet(400),
            ASK,
            UntilBotSpeaks(600),
            Say("So I told her that", behind),
            UntilBotQuiet(800),
            Say("and then she said", behind),
            Pause(1_500),
            HangUp(),
        ],
        ModelScript(replies=[GREETING, LONG], hears=["When?"]),
    )
    placed.assert_clean()
    assert placed.carrier.played == GREETING.audio + LONG.audio
    assert [words for who, words in placed.said() if who == "caller"] == ["When?"]
    assert [line["speech_ms"] for line in placed.of("voice_refused")] != []


async def test_a_television_that_spoke_first_is_no_caller_once_the_caller_has_spoken(autojump_clock):
    television = murmur(1_500, pitch=220, level=1_000)  # 9.5 dB below the caller
    placed = await place(
        [
            UntilBotQuiet(400),
            Say("This is the news", television),
            UntilBotSpeaks(300),
            UntilBotQuiet(400),
            ASK,
            UntilBotSpeaks(600),
            Say("of the day", television),
            UntilBotQuiet(800),
            Say("and now the weather", television),
            Pause(1_500),
            HangUp(),
        ],
        ModelScript(replies=[GREETING, ASKED[0], LONG], hears=["This is the news", "When?"]),
    )
    placed.assert_clean()
    assert placed.carrier.played == GREETING.audio + ASKED[0].audio + LONG.audio
    assert [words for who, words in placed.said() if who == "caller"] == ["This is the news", "When?"]


async def test_a_soft_caller_on_a_handset_without_echo_stops_the_bot(autojump_clock):
    soft = murmur(1_500, level=400)  # 17 dB below the bot: louder than nothing that came back
    placed = await place(
        [
            UntilBotQuiet(400),
            Say("When?", soft),
            UntilBotSpeaks(2_600),
            Say("Stop, please.", soft),
            UntilBotQuiet(800),
            HangUp(),
        ],
        ModelScript(
            replies=[GREETING, evolve(LONG, audio=murmur(8_000, pitch=170)), SHORT],
            hears=["When?", "Stop, please."],
        ),
    )
    placed.assert_clean()
    assert len(placed.of("barge_in")) == 1
