"""Tools in whole calls, under the virtual clock: slow, interrupted, too many, and one that ends the call."""

import json

import pytest
import trio
from attrs import evolve, field, frozen

from engine.outcome import Outcome
from engine.prompt import prompt
from engine.tools import Refusal, Tool, describe
from rehearsal.rig import HUMMED, FakeOffice, place
from simulator.caller import HangUp, Pause, Say, UntilBotQuiet, UntilBotSpeaks, UntilClosed
from simulator.model_script import Call, ModelScript, Reply
from simulator.tones import murmur

GREETING = Reply("Demo Dental, how can I help?", murmur(800, pitch=180))
SHORT = Reply("Yes, of course.", murmur(700, pitch=210))
MOMENT = Reply("One moment.", murmur(500, pitch=160))
ASK = Say("When are you open?", murmur(700))
INTERRUPT = Say("No wait, I meant tomorrow.", murmur(1_000, pitch=120))
ANSWERED = (UntilBotSpeaks(100), UntilBotQuiet(400))


@frozen
class Numbered:
    n: int = field(default=0, metadata=describe("which"))


class Desk:
    """What the tools of a test did, and when. Each takes `takes_s` and then answers `result`."""

    def __init__(self):
        self.ran = []
        self.stopped_s = {}

    def tool(self, name, takes_s=0.0, result=None, **traits):
        async def run(arguments, _call):
            self.ran.append((name, arguments.n))
            try:
                await trio.sleep(takes_s)
            except trio.Cancelled:
                self.stopped_s[name] = trio.current_time()
                raise
            if isinstance(result, Refusal):
                raise result
            return result or {"status": "ok", "n": arguments.n}

        return Tool(name=name, description="", arguments=Numbered, run=run, **traits)


@pytest.fixture
def desk():
    return Desk()


def calls(*names):
    return Reply(calls=tuple(Call(name) for name in names))


def answers(placed):
    return [(fields["name"], fields["status"]) for fields in placed.of("tool_answered")]


def reasons(placed):
    return [fields["reasons"] for fields in placed.of("response_created")]


async def test_a_tools_own_deadline_comes_before_the_settings(autojump_clock, desk):
    tools = [desk.tool("quick", takes_s=60, deadline_ms=300), desk.tool("patient", takes_s=60)]
    placed = await place(
        [UntilBotQuiet(400), ASK, Pause(10_000), HangUp()],
        ModelScript(replies=[GREETING, calls("quick", "patient"), SHORT, SHORT]),
        office=FakeOffice(tools=tools),
    )
    placed.assert_clean()
    assert [
        (fields["name"], fields["status"], fields["took_ms"]) for fields in placed.of("tool_answered")
    ] == [
        ("quick", "timeout", 300),
        ("patient", "timeout", HUMMED.tool_deadline_ms),
    ]


async def test_a_slow_tool_gets_a_filler_and_its_output_an_answer_of_its_own(autojump_clock, desk):
    placed = await place(
        [UntilBotQuiet(400), ASK, *ANSWERED, *ANSWERED, HangUp()],
        ModelScript(replies=[GREETING, calls("slow"), MOMENT, SHORT]),
        office=FakeOffice(tools=[desk.tool("slow", takes_s=4)]),
    )
    placed.assert_clean()
    assert reasons(placed) == ["greeting", "utterance", "filler", "tool outputs"]
    assert placed.carrier.played == GREETING.audio + MOMENT.audio + SHORT.audio
    at_ms = {event.kind: event.at_ms for event in placed.record.events}
    called_ms, filler_ms = at_ms["tool_called"], at_ms["filler"]
    assert filler_ms - called_ms == HUMMED.slow_tool_ms


@pytest.mark.parametrize(
    ("noted", "captured"), [(None, True), (Refusal("I could not note that name."), False)]
)
async def test_the_lead_is_captured_once_its_details_are_noted_whatever_is_called_after(
    noted, captured, autojump_clock, desk
):
    tools = [desk.tool("note_name", result=noted, captures_lead=True), desk.tool("find")]
    placed = await place(
        [UntilBotQuiet(400), ASK, *ANSWERED, HangUp()],
        ModelScript(replies=[GREETING, calls("note_name"), calls("find"), SHORT]),
        office=FakeOffice(tools=tools),
    )
    placed.assert_clean()
    assert desk.ran == [("note_name", 0), ("find", 0)]
    (hung_up,) = placed.of("hang_up")
    assert hung_up["lead_captured"] is captured


def instructions(placed):
    """What the model's conversation still says that is to be said."""
    return [item.content[0]["text"] for item in placed.model.conversation.items if item.role == "system"]


async def test_a_fillers_instruction_is_not_there_to_be_obeyed_in_the_answer(autojump_clock, desk):
    placed = await place(
        [UntilBotQuiet(400), ASK, *ANSWERED, *ANSWERED, HangUp()],
        ModelScript(replies=[GREETING, calls("slow"), MOMENT, SHORT]),
        office=FakeOffice(tools=[desk.tool("slow", takes_s=4)]),
    )
    placed.assert_clean()
    assert instructions(placed) == [prompt.greeting(placed.office.profile)]


async def test_who_comes_back_is_not_asked_again_whether_they_are_there(autojump_clock):
    placed = await place(
        [UntilBotQuiet(8_000), UntilBotSpeaks(100), UntilBotQuiet(400), ASK, *ANSWERED, HangUp()],
        ModelScript(replies=[GREETING, MOMENT, SHORT]),
    )
    placed.assert_clean()
    assert reasons(placed) == ["greeting", "silence prompt", "utterance"]
    assert instructions(placed) == [prompt.greeting(placed.office.profile)]


async def test_a_filler_that_calls_the_tool_again_runs_nothing(autojump_clock, desk):
    again = evolve(MOMENT, calls=(Call("slow"), Call("slow", {"n": 2})))
    placed = await place(
        [UntilBotQuiet(400), ASK, *ANSWERED, *ANSWERED, HangUp()],
        ModelScript(replies=[GREETING, calls("slow"), again, SHORT]),
        office=FakeOffice(tools=[desk.tool("slow", takes_s=4)]),
    )
    placed.assert_clean()
    assert desk.ran == [("slow", 0)]
    assert answers(placed) == [("slow", "refused"), ("slow", "refused"), ("slow", "ok")]
    assert reasons(placed) == ["greeting", "utterance", "filler", "tool outputs"]


async def test_a_barge_in_stops_the_interruptible_tool_and_lets_the_other_go_on(autojump_clock, desk):
    tools = [desk.tool("find", takes_s=6, interruptible=True), desk.tool("save", takes_s=6)]
    looking = Reply("Let me look.", murmur(3_000), calls=(Call("find"), Call("save")))
    placed = await place(
        [UntilBotQuiet(400), ASK, UntilBotSpeaks(1_500), INTERRUPT, *ANSWERED, *ANSWERED, HangUp()],
        ModelScript(replies=[GREETING, looking, SHORT, MOMENT]),
        office=FakeOffice(tools=tools),
    )
    placed.assert_clean()
    assert answers(placed) == [("find", "cancelled"), ("save", "ok")]
    (barge_in_ms,) = [event.at_ms for event in placed.record.events if event.kind == "barge_in"]
    assert desk.stopped_s == {"find": barge_in_ms / 1000}
    stopped, saved = placed.model.outputs
    say = "The caller spoke, so this was stopped before it was done. Nothing is confirmed."
    assert stopped == ("call_0001", {"status": "cancelled", "say": say})
    assert saved == ("call_0002", {"status": "ok", "n": 0})
    assert reasons(placed)[2:] == ["tool outputs, utterance", "tool outputs"]
    assert placed.of("outputs_heard") == [{"call_ids": ["call_0001"]}, {"call_ids": ["call_0002"]}]


@pytest.mark.parametrize("takes_s", [0.0, 0.02, 1.0, 2.0, 2.5])
async def test_every_call_has_one_output_however_near_the_barge_in_it_finishes(takes_s, autojump_clock, desk):
    looking = Reply("Let me look.", murmur(3_000), calls=(Call("find"),))
    placed = await place(
        [UntilBotQuiet(400), ASK, UntilBotSpeaks(1_500), INTERRUPT, *ANSWERED, HangUp()],
        ModelScript(replies=[GREETING, looking, SHORT]),
        office=FakeOffice(tools=[desk.tool("find", takes_s=takes_s, interruptible=True)]),
    )
    placed.assert_clean()
    (output,) = placed.model.outputs
    assert answers(placed) == [("find", output[1]["status"])]
    assert (output[1]["status"] == "cancelled") is ("find" in desk.stopped_s)


async def test_a_transfer_says_so_and_ends_the_call(autojump_clock, desk):
    through = Reply("I am putting you through.", murmur(1_500, pitch=170))
    placed = await place(
        [UntilBotQuiet(400), ASK, UntilBotSpeaks(500), INTERRUPT, UntilClosed()],
        ModelScript(replies=[GREETING, calls("transfer"), through]),
        office=FakeOffice(tools=[desk.tool("transfer", ends_call=Outcome.TRANSFERRED)]),
    )
    placed.assert_clean()
    assert (placed.outcome, placed.record.detail) == (Outcome.TRANSFERRED, "the goodbye was heard")
    assert placed.carrier.played == GREETING.audio + through.audio
    assert reasons(placed) == ["greeting", "utterance", "goodbye"]
    assert placed.carrier.clears_ms == []


async def test_a_refused_transfer_goes_on_as_a_conversation(autojump_clock, desk):
    refused = desk.tool("transfer", result=Refusal("Nobody is there now."), ends_call=Outcome.TRANSFERRED)
    placed = await place(
        [UntilBotQuiet(400), ASK, *ANSWERED, HangUp()],
        ModelScript(replies=[GREETING, calls("transfer"), SHORT]),
        office=FakeOffice(tools=[refused]),
    )
    placed.assert_clean()
    assert placed.outcome is Outcome.CALLER_HUNG_UP
    assert placed.model.outputs == [("call_0001", {"status": "refused", "say": "Nobody is there now."})]
    assert placed.carrier.played == GREETING.audio + SHORT.audio


async def test_five_hundred_tool_calls_in_a_row_leave_the_call_alive(autojump_clock, desk):
    looping = [Reply(calls=(Call("find", {"n": n}),), call_ms=5) for n in range(100)]
    flood = Reply(calls=tuple(Call("find", {"n": n}) for n in range(400)), call_ms=5)
    placed = await place(
        [UntilBotQuiet(400), ASK, Pause(8_000), ASK, *ANSWERED, HangUp()],
        ModelScript(replies=[GREETING, *looping[:61], flood, SHORT]),
        office=FakeOffice(tools=[desk.tool("find")]),
    )
    placed.assert_clean()
    assert placed.outcome is Outcome.CALLER_HUNG_UP
    assert desk.ran == [("find", n) for n in range(60)]
    assert len(placed.model.outputs) == len(placed.of("tool_answered")) == 461
    assert [fields.get("why") for fields in placed.of("tool_answered")] == [None] * 60 + ["limit"] * 401
    assert placed.carrier.played == GREETING.audio + SHORT.audio
    assert placed.model.creates == 1 + 61 + 1 + 1  # of what was refused the first alone asked for an answer


async def test_a_model_in_a_loop_without_a_word_ends_in_the_polite_silence(autojump_clock, desk):
    forever = [Reply(calls=(Call("find", {"n": n}),), call_ms=5) for n in range(500)]
    placed = await place(
        [UntilBotQuiet(400), ASK, UntilClosed()],
        ModelScript(replies=[GREETING, *forever[:64], SHORT]),
        office=FakeOffice(tools=[desk.tool("find")]),
    )
    placed.assert_clean()
    assert (placed.outcome, placed.model.creates) == (Outcome.SILENCE_TIMEOUT, 1 + 61 + 1 + 2 + 1)
    assert len(desk.ran) == 60


async def test_a_repeated_request_runs_once_until_the_caller_has_spoken(autojump_clock, desk, caplog):
    caplog.set_level("INFO", logger="engine")
    placed = await place(
        [UntilBotQuiet(400), ASK, *ANSWERED, ASK, *ANSWERED, HangUp()],
        ModelScript(replies=[GREETING, calls("find"), calls("find"), SHORT, calls("find"), SHORT]),
        office=FakeOffice(tools=[desk.tool("find")]),
    )
    placed.assert_clean()
    assert len(desk.ran) == 2
    assert [(call_id, result) for call_id, result in placed.model.outputs] == [
        (f"call_000{n}", {"status": "ok", "n": 0}) for n in (1, 2, 3)
    ]
    assert [fields.get("why") for fields in placed.of("tool_answered")] == [None, "repeat", None]
    assert [line.split(": ", 1)[1] for line in caplog.messages if "answered" in line] == [
        "tool find answered: ok in 0 ms",
        "tool find answered: ok in 0 ms, not run: repeat",
        "tool find answered: ok in 0 ms",
    ]


async def test_the_account_holds_what_a_tool_said_and_the_log_does_not(autojump_clock, desk, caplog):
    caplog.set_level("DEBUG", logger="engine")
    say = "Dana is at +972 50 123 4567. " + "x" * 300
    noisy = desk.tool("find", takes_s=0.25, result={"status": "ok", "say": say})
    quiet = desk.tool("save", result={"status": "ok", "say": 5})
    placed = await place(
        [UntilBotQuiet(400), ASK, *ANSWERED, HangUp()],
        ModelScript(replies=[GREETING, Reply(calls=(Call("find", {"n": 424242}), Call("save"))), SHORT]),
        office=FakeOffice(tools=[noisy, quiet]),
    )
    placed.assert_clean()
    save, find = placed.of("tool_answered")
    assert find == {
        "name": "find",
        "call_id": "call_0001",
        "status": "ok",
        "took_ms": 250,
        "said": say[:200],
    }
    assert save == {"name": "save", "call_id": "call_0002", "status": "ok", "took_ms": 0}
    assert [secret for secret in ("Dana", "123 4567", "424242") if secret in caplog.text] == []
    assert "424242" not in json.dumps([event.fields for event in placed.record.events])


async def test_what_the_office_does_beside_the_call_is_cancelled_when_the_call_ends(autojump_clock):
    times_s = []

    class Attending(FakeOffice):
        async def attend(self):
            times_s.append(trio.current_time())
            try:
                await trio.sleep_forever()
            finally:
                times_s.append(trio.current_time())

    placed = await place([UntilBotQuiet(400), HangUp()], ModelScript(replies=[GREETING]), office=Attending())
    placed.assert_clean()
    assert times_s == [0.0, placed.ended_s]


async def test_what_the_office_raises_beside_the_call_ends_it_with_an_apology_owed(autojump_clock, caplog):
    class Broken(FakeOffice):
        async def attend(self):
            await trio.sleep(1)
            raise KeyError("a bug")

    placed = await place([UntilClosed()], ModelScript(replies=[GREETING]), office=Broken())
    assert (placed.outcome, placed.ended_s) == (Outcome.INTERNAL_ERROR, 1.0)
    assert "a bug" in caplog.text


async def test_calls_by_the_same_id_in_different_responses_are_each_run_and_answered(autojump_clock, desk):
    find, book = Reply(calls=(Call("find", id="call_0"),)), Reply(calls=(Call("book", id="call_0"),))
    placed = await place(
        [UntilBotQuiet(400), ASK, *ANSWERED, Pause(200), HangUp()],
        ModelScript(replies=[GREETING, find, book, SHORT]),
        office=FakeOffice(tools=[desk.tool("find"), desk.tool("book")]),
    )
    placed.assert_clean()
    assert [name for name, _ in desk.ran] == ["find", "book"]
    assert placed.model.outputs == [("call_0", {"status": "ok", "n": 0})] * 2
    called = [fields["call_id"] for fields in placed.of("tool_called")]
    assert called == [fields["call_id"] for fields in placed.of("tool_answered")] == ["call_0", "call_0#2"]
    assert placed.of("outputs_heard") == [{"call_ids": called}]
