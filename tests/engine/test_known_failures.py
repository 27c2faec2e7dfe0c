"""The failures that bridges between a telephone line and a speech model are known for, one test each.

Those of turn detection alone are in `test_turns.py`, those of the ledger alone in `test_playback.py`.
"""

import base64
import json

import trio
from attrs import evolve

from engine.actions import ModelReady, Say, ToModel
from engine.caller.turns import UtteranceCounts, UtteranceEnded, UtteranceStarted
from engine.conversation.conversation import Conversation
from engine.model import CreateResponse, ResponseCreated, ResponseDone
from engine.outcome import Outcome
from engine.peers import realtime
from engine.settings import DEFAULTS
from engine.tools import Tool, ToolCall
from rehearsal.rig import STREAM_SID, FakeOffice, NameArguments, place
from simulator.caller import HangUp, Pause, Press, StopSending, UntilBotQuiet, UntilBotSpeaks, UntilClosed
from simulator.caller import Say as Says
from simulator.model_script import Call, ModelScript, Reply, Speech
from simulator.tones import click, cough, murmur

GREETING = Reply("Demo Dental, how can I help?", murmur(800, pitch=180))
LONG = Reply("We are open from nine to five, and on Thursdays until seven.", murmur(4_000, pitch=190))
SHORT = Reply("Yes, of course.", murmur(700, pitch=210))
BYE = Reply("Goodbye!", murmur(800, pitch=200), calls=(Call("end_call"),))
ASK = Says("When are you open?", murmur(700))
INTERRUPT = Says("No wait, I meant tomorrow.", murmur(1_000, pitch=120))


def heard_by_the_ledger(placed):
    """What the ledger says was heard of each answer, cut out of what the model sent for it."""
    sent = b"".join
    answers = [sent(response.sent.values()) for response in placed.model.responses]
    spoken = [answer for answer in answers if answer]
    return [
        bytes(audio[: said["heard_ms"] * 8])
        for audio, said in zip(spoken, placed.of("bot_said"), strict=True)
    ]


async def test_every_byte_reaches_the_caller_once_and_in_order_over_ten_answers_with_barge_ins(
    autojump_clock,
):
    script, replies = [UntilBotQuiet(400)], [GREETING]
    for number in range(9):
        replies.append(Reply(f"Answer {number}.", murmur(1_700 + 130 * number, pitch=150 + 10 * number)))
        if number % 3 == 1:
            script += [ASK, UntilBotSpeaks(900 + 40 * number)]
        else:
            script += [ASK, UntilBotSpeaks(100), UntilBotQuiet(400)]
    placed = await place([*script, HangUp()], ModelScript(replies=replies))
    placed.assert_clean()
    heard = heard_by_the_ledger(placed)
    assert len(heard) == 10
    assert len(placed.of("barge_in")) == 3
    assert placed.carrier.played == b"".join(heard)


def test_nothing_but_an_audio_delta_is_queued_as_audio():
    conversation = Conversation(FakeOffice().profile, DEFAULTS, now_ms=0.0)
    conversation.handle(ModelReady(), 0.0)
    audio = base64.b64encode(murmur(400)).decode()
    place_in = {"response_id": "r", "item_id": "i", "output_index": 0, "content_index": 0}
    part = {"type": "audio", "audio": audio, "transcript": audio}
    queued = []
    for message in (
        {"type": "response.created", "response": {"id": "r", "status": "in_progress"}},
        {"type": "response.output_item.added", "response_id": "r", "output_index": 0,
         "item": {"id": "i", "type": "message", "content": [part]}},
        {"type": "response.content_part.added", **place_in, "part": part},
        {"type": "response.output_audio_transcript.delta", **place_in, "delta": audio},
        {"type": "response.output_audio.delta", **place_in, "delta": audio},
        {"type": "response.output_audio.done", **place_in, "audio": audio, "delta": audio},
        {"type": "response.output_text.delta", **place_in, "delta": audio},
        {"type": "response.content_part.done", **place_in, "part": part},
        {"type": "response.output_item.done", "response_id": "r", "output_index": 0,
         "item": {"id": "i", "type": "message", "status": "completed", "content": [part]}},
        {"type": "response.done", "response": {"id": "r", "status": "completed", "output": []}},
    ):  # fmt: skip
        actions = conversation.handle(realtime.receive(json.dumps(message)), 100.0)
        queued += [(message["type"], action.audio) for action in actions if isinstance(action, Say)]
    assert queued == [("response.output_audio.delta", murmur(400))]


async def test_each_delta_is_queued_once(autojump_clock):
    placed = await place([UntilBotQuiet(400), HangUp()], ModelScript(replies=[LONG]))
    placed.assert_clean()
    assert placed.carrier.played == LONG.audio


async def test_audio_goes_out_as_base64_of_raw_mulaw_in_the_carriers_own_shape(autojump_clock):
    spy = []

    class Spied:
        """A link that keeps what the engine sends."""

        def __init__(self, link):
            self._link = link

        async def receive(self):
            return await self._link.receive()

        async def send(self, message):
            spy.append(json.loads(message))
            await self._link.send(message)

        async def close(self, code=1000):
            await self._link.close(code)

    await place([UntilBotSpeaks(500), INTERRUPT, HangUp()], ModelScript(replies=[LONG]), wrap=Spied)
    first, second = spy[:2]
    assert first == {
        "event": "media",
        "streamSid": STREAM_SID,
        "media": {"payload": base64.b64encode(LONG.audio[:3_200]).decode()},
    }
    assert second == {"event": "mark", "streamSid": STREAM_SID, "mark": {"name": "1.3200"}}
    assert [m for m in spy if m["event"] == "clear"] == [{"event": "clear", "streamSid": STREAM_SID}]


async def test_nothing_of_a_cut_answer_is_sent_after_its_clear(autojump_clock):
    sent = []

    class Slow:
        """A link on which audio piles up in front of the carrier's socket."""

        def __init__(self, link):
            self._link = link

        async def receive(self):
            return await self._link.receive()

        async def send(self, message):
            command = json.loads(message)
            if command["event"] == "media":
                await trio.sleep(0.15)
            sent.append(command["mark"]["name"].split(".")[0] if "mark" in command else command["event"])
            await self._link.send(message)

        async def close(self, code=1000):
            await self._link.close(code)

    script = [UntilBotSpeaks(500), INTERRUPT, UntilBotSpeaks(200), UntilBotQuiet(400), HangUp()]
    await place(script, ModelScript(replies=[LONG, SHORT]), wrap=Slow)
    clear = sent.index("clear")
    assert set(sent[:clear]) == {"media", "1"}
    assert set(sent[clear + 1 :]) == {"media", "2"}
    assert sent[clear - 2 : clear + 3] == ["media", "1", "clear", "media", "2"]


async def test_no_audio_is_forwarded_when_the_session_has_other_formats(autojump_clock):
    placed = await place([UntilClosed()], ModelScript(replies=[GREETING], wrong_formats=True))
    assert (placed.outcome, placed.carrier.played) == (Outcome.MODEL_FAILED, b"")
    assert placed.model.creates == 0


async def test_one_turn_gets_one_response(autojump_clock):
    placed = await place(
        [UntilBotQuiet(400), ASK, UntilBotSpeaks(100), UntilBotQuiet(400), HangUp()],
        ModelScript(replies=[GREETING, SHORT]),
    )
    placed.assert_clean()
    assert placed.model.creates == 2
    assert [event["reasons"] for event in placed.of("response_created")] == ["greeting", "utterance"]


async def test_an_utterance_ends_although_the_carrier_stops_sending_in_mid_speech(autojump_clock):
    placed = await place(
        [UntilBotQuiet(400), ASK, StopSending(2_500), UntilBotQuiet(400), HangUp()],
        ModelScript(replies=[GREETING, SHORT]),
    )
    placed.assert_clean()
    (ended,) = placed.of("utterance_ended")
    assert ended == {
        "utterance": 1,
        "onset_ms": 1_340,
        "speech_ms": 700,
        "silence_ms": 540,
        "capped": False,
        "doubtful": False,
        "level": 3_972,
        "floor": 0,
    }
    assert placed.carrier.played == GREETING.audio + SHORT.audio


async def test_a_click_and_a_cough_do_not_stop_the_bot(autojump_clock):
    placed = await place(
        [
            UntilBotSpeaks(800),
            Says("(click)", click()),
            Pause(400),
            Says("(cough)", cough()),
            UntilBotQuiet(400),
            HangUp(),
        ],
        ModelScript(replies=[LONG]),
    )
    placed.assert_clean()
    assert placed.carrier.clears_ms == []
    assert placed.carrier.played == LONG.audio


async def test_a_mark_echoed_because_of_a_clear_is_not_taken_as_heard(autojump_clock):
    placed = await place(
        [UntilBotSpeaks(1_000), INTERRUPT, UntilBotSpeaks(100), UntilBotQuiet(400), HangUp()],
        ModelScript(replies=[LONG, SHORT]),
    )
    placed.assert_clean()
    (cleared_ms,) = placed.carrier.clears_ms
    echoed_by_the_clear = [name for at_ms, name in placed.carrier.marks if at_ms == cleared_ms]
    assert len(echoed_by_the_clear) >= 3
    assert placed.of("bot_said")[0]["heard_ms"] == len(placed.carrier.heard[0][1]) // 8 < 2_000
    (truncated_ms,) = placed.model.truncated.values()
    assert truncated_ms == placed.of("bot_said")[0]["heard_ms"]


async def test_an_answer_overtaken_before_any_audio_is_deleted_and_never_truncated(autojump_clock):
    slow = evolve(LONG, first_delta_ms=900)
    placed = await place(
        [UntilBotQuiet(400), ASK, Pause(560), INTERRUPT, UntilBotSpeaks(100), UntilBotQuiet(400), HangUp()],
        ModelScript(replies=[GREETING, slow, SHORT]),
    )
    placed.assert_clean()
    assert placed.model.truncated == {}
    assert len(placed.of("answer_overtaken")) == 1
    assert placed.carrier.played == GREETING.audio + SHORT.audio


async def test_a_truncation_never_passes_the_end_of_what_was_received(autojump_clock):
    # The caller comes in while the last frames play: everything was generated long ago.
    placed = await place(
        [UntilBotSpeaks(3_600), INTERRUPT, UntilBotSpeaks(100), UntilBotQuiet(400), HangUp()],
        ModelScript(replies=[LONG, SHORT]),
    )
    placed.assert_clean()
    (truncated_ms,) = placed.model.truncated.values()
    assert 3_800 < truncated_ms < 4_000
    assert len(placed.of("barge_in")) == 1


async def test_a_barge_in_deletes_no_function_call(autojump_clock):
    async def save(arguments: NameArguments, call: ToolCall) -> dict[str, str]:
        await trio.sleep(2.5)
        return {"status": "ok", "name": arguments.full_name}

    office = FakeOffice(tools=[Tool(name="save", description="", arguments=NameArguments, run=save)])
    commentary = Reply(
        "One moment, I will write that down.",
        murmur(3_000, pitch=170),
        calls=(Call("save", {"full_name": "Ada"}),),
    )
    placed = await place(
        [UntilBotQuiet(400), ASK, UntilBotSpeaks(1_000), INTERRUPT, Pause(3_000), HangUp()],
        ModelScript(replies=[GREETING, commentary, SHORT]),
        office=office,
    )
    placed.assert_clean()
    assert len(placed.of("barge_in")) == 1
    assert placed.model.deleted == []
    assert placed.model.outputs == [("call_0001", {"status": "ok", "name": "Ada"})]


def test_no_response_is_created_while_one_is_requested_active_or_being_cancelled():
    conversation = Conversation(FakeOffice().profile, DEFAULTS, now_ms=0.0)
    created = []

    def step(event: object, now_ms: float) -> None:
        actions = conversation.handle(event, now_ms)
        created.extend(
            now_ms
            for action in actions
            if isinstance(action, ToModel) and isinstance(action.command, CreateResponse)
        )

    def utterance(at_ms: float) -> None:
        step(UtteranceStarted(0), at_ms)
        step(UtteranceEnded(0, 400, silence_ms=500), at_ms)

    conversation.handle(ModelReady(), 0.0)  # requested
    utterance(1.0)
    step(ResponseCreated(response_id="r1"), 2.0)  # active
    utterance(3.0)
    step(UtteranceStarted(0), 4.0)
    step(UtteranceCounts(0), 5.0)  # being cancelled
    step(UtteranceEnded(0, 400, silence_ms=500), 6.0)
    assert created == []
    done = ResponseDone(response_id="r1", status="cancelled", reason="client_cancelled", error_code=None)
    step(done, 7.0)
    assert created == [7.0]


async def test_the_answer_does_not_start_over_a_caller_who_goes_on_talking(autojump_clock):
    placed = await place(
        [UntilBotQuiet(400), ASK, Pause(540), INTERRUPT, UntilBotSpeaks(100), UntilBotQuiet(400), HangUp()],
        ModelScript(replies=[GREETING, LONG, SHORT]),
    )
    placed.assert_clean()
    (_, _), (second_ms, second) = placed.carrier.heard
    interrupt = placed.carrier.said[1]
    assert (second, second_ms >= interrupt.until_ms + 500) == (SHORT.audio, True)


async def test_a_short_noise_before_the_bots_first_sound_only_delays_it(autojump_clock):
    placed = await place(
        [
            UntilBotQuiet(400),
            ASK,
            Pause(540),
            Says("(cough)", cough(180)),
            UntilBotSpeaks(100),
            UntilBotQuiet(),
            HangUp(),
        ],
        ModelScript(replies=[GREETING, SHORT]),
    )
    placed.assert_clean()
    assert placed.carrier.played == GREETING.audio + SHORT.audio
    assert placed.model.creates == 2


async def test_caller_audio_is_kept_while_the_model_connects(autojump_clock):
    placed = await place(
        [Says("Hello?", murmur(600)), UntilBotQuiet(400), HangUp()],
        ModelScript(replies=[GREETING], hears=["Hello?"], slow_connect_ms=600),
    )
    placed.assert_clean()
    (committed,) = placed.model.committed
    assert murmur(600) in committed
    assert placed.said() == [("caller", "Hello?"), ("bot", GREETING.text)]


async def test_the_goodbye_is_not_cut_off(autojump_clock):
    placed = await place(
        [UntilBotQuiet(400), ASK, UntilClosed()], ModelScript(replies=[GREETING, BYE], hears=["Bye."])
    )
    placed.assert_clean()
    assert placed.outcome is Outcome.COMPLETED
    assert placed.carrier.played == GREETING.audio + BYE.audio


async def test_a_goodbye_without_audio_of_its_own_is_spoken_in_one_more_response(autojump_clock):
    placed = await place(
        [UntilBotQuiet(400), ASK, UntilClosed()],
        ModelScript(replies=[GREETING, Reply(calls=(Call("end_call"),)), SHORT]),
    )
    placed.assert_clean()
    assert (placed.outcome, placed.carrier.played) == (Outcome.COMPLETED, GREETING.audio + SHORT.audio)


async def test_the_model_socket_is_closed_when_the_caller_hangs_up(autojump_clock):
    placed = await place([UntilBotSpeaks(500), HangUp()], ModelScript(replies=[LONG]))
    placed.assert_clean()
    assert placed.outcome is Outcome.CALLER_HUNG_UP
    assert placed.model_gone_s == placed.carrier_gone_s == placed.ended_s
    assert placed.model.closed is not None


async def test_a_slow_tool_holds_up_neither_a_barge_in_nor_the_next_answer(autojump_clock):
    async def slow(arguments: NameArguments, call: ToolCall) -> dict[str, str]:
        await trio.sleep(7.5)
        return {"status": "ok"}

    office = FakeOffice(tools=[Tool(name="slow", description="", arguments=NameArguments, run=slow)])
    looking = Reply("Let me look.", murmur(2_500), calls=(Call("slow", {"full_name": "Ada"}),))
    placed = await place(
        [
            UntilBotQuiet(400),
            ASK,
            UntilBotSpeaks(800),
            INTERRUPT,
            UntilBotSpeaks(100),
            UntilBotQuiet(400),
            Pause(6_000),
            HangUp(),
        ],
        ModelScript(replies=[GREETING, looking, SHORT, SHORT]),
        office=office,
    )
    placed.assert_clean()
    kinds = placed.kinds()
    assert kinds.index("barge_in") < kinds.index("tool_answered")
    spoken = [said["text"] for said in placed.of("bot_said")]
    assert spoken[2:] == [SHORT.text, SHORT.text]


async def test_several_messages_in_one_answer_are_truncated_and_deleted_item_by_item(autojump_clock):
    three = Reply(
        "First.",
        murmur(1_200, pitch=150),
        further=(Speech("Second.", murmur(1_200, pitch=160)), Speech("Third.", murmur(1_200, pitch=170))),
    )
    placed = await place(
        [UntilBotSpeaks(1_500), INTERRUPT, UntilBotSpeaks(100), UntilBotQuiet(400), HangUp()],
        ModelScript(replies=[three, SHORT]),
    )
    placed.assert_clean()
    first, second, third = list(placed.model.sent)[:3]
    heard_ms = placed.of("bot_said")[0]["heard_ms"]
    assert placed.model.truncated == {second: heard_ms - 1_200}
    assert placed.model.deleted == [third]
    assert first not in placed.model.deleted


async def test_after_a_false_interruption_every_byte_is_still_heard_once_and_in_order(autojump_clock):
    placed = await place(
        [
            UntilBotSpeaks(1_000),
            Says("(something falls)", cough(440)),
            UntilBotQuiet(2_000),
            ASK,
            UntilBotSpeaks(100),
            UntilBotQuiet(400),
            HangUp(),
        ],
        ModelScript(replies=[LONG, SHORT], hears=["", "When are you open?"]),
    )
    placed.assert_clean()
    assert [len(placed.of(kind)) for kind in ("barge_in_paused", "resumed", "barge_in")] == [1, 1, 0]
    assert placed.carrier.played == LONG.audio + SHORT.audio
    assert placed.said() == [("bot", LONG.text), ("caller", "When are you open?"), ("bot", SHORT.text)]
    assert (placed.model.creates, placed.model.truncated) == (2, {})


async def test_a_word_over_the_bot_that_is_a_word_is_answered(autojump_clock):
    placed = await place(
        [UntilBotSpeaks(1_000), Says("Stop.", murmur(400)), UntilBotSpeaks(100), UntilBotQuiet(), HangUp()],
        ModelScript(replies=[LONG, SHORT], hears=["Stop."]),
    )
    placed.assert_clean()
    assert [len(placed.of(kind)) for kind in ("barge_in_paused", "resumed", "barge_in")] == [1, 0, 1]
    assert placed.said()[1:] == [("caller", "Stop."), ("bot", SHORT.text)]


async def test_keys_are_the_callers_answer(autojump_clock):
    placed = await place(
        [
            UntilBotQuiet(400),
            Press("4"),
            Pause(200),
            Press("2"),
            UntilBotSpeaks(100),
            UntilBotQuiet(),
            HangUp(),
        ],
        ModelScript(replies=[GREETING, SHORT]),
    )
    placed.assert_clean()
    assert placed.of("keypad") == [{"keys": 2}]
    assert [fields["reasons"] for fields in placed.of("response_created")] == ["greeting", "keypad"]
