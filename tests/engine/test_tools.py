import logging

import pytest
import trio
from attrs import field, frozen

from engine.errors import ArgumentsRefused
from engine.tools import Refusal, Tool, ToolCall, ToolOutput, declaration, describe, run, structure


@frozen
class Booking:
    day: str = field(metadata=describe("YYYY-MM-DD"))
    minutes: int | None = None
    price: float = 0.0
    urgent: bool = False


@frozen
class Nothing:
    pass


def tool(behave=None, arguments=Booking, **traits):
    return Tool(name="book", description="Book it.", arguments=arguments, run=behave, **traits)


def call(arguments='{"day": "2026-11-21"}'):
    return ToolCall(call_id="call_1", response_id="resp_1", name="book", arguments=arguments)


def output(status, /, **result):
    return ToolOutput(call_id="call_1", name="book", status=status, result=result)


def test_a_declaration_is_a_json_schema_that_forbids_extra_keys():
    assert declaration(tool()) == {
        "type": "function",
        "name": "book",
        "description": "Book it.",
        "parameters": {
            "type": "object",
            "properties": {
                "day": {"type": "string", "description": "YYYY-MM-DD"},
                "minutes": {"type": "integer"},
                "price": {"type": "number"},
                "urgent": {"type": "boolean"},
            },
            "required": ["day"],
            "additionalProperties": False,
        },
    }


@frozen
class Span:
    from_: str
    until: str | None = None


def test_an_argument_may_have_a_name_that_is_a_word_of_python():
    spanned = tool(arguments=Span)
    assert declaration(spanned)["parameters"]["required"] == ["from"]
    assert list(declaration(spanned)["parameters"]["properties"]) == ["from", "until"]
    assert structure(spanned, '{"from": "9:00"}') == Span(from_="9:00")
    with pytest.raises(ArgumentsRefused, match=r"expected str @ arguments\.from$"):
        structure(spanned, '{"from": 9}')
    with pytest.raises(ArgumentsRefused, match=r"required field missing @ arguments\.from$"):
        structure(spanned, "{}")


def test_a_tool_without_arguments_declares_an_empty_object():
    assert declaration(tool(arguments=Nothing))["parameters"] == {
        "type": "object",
        "properties": {},
        "required": [],
        "additionalProperties": False,
    }


@pytest.mark.parametrize(
    ("arguments", "booking"),
    [
        ('{"day": "mon"}', Booking("mon")),
        ('{"day": "mon", "minutes": null}', Booking("mon")),
        ('{"day": "mon", "minutes": 30, "price": 5, "urgent": true}', Booking("mon", 30, 5, True)),
        ('{"day": "יום שני", "price": 0.5}', Booking("יום שני", None, 0.5)),
    ],
)
def test_arguments_that_fit_are_structured(arguments, booking):
    assert structure(tool(), arguments) == booking


@pytest.mark.parametrize("arguments", ["", "{}"])
def test_no_arguments_are_an_empty_object(arguments):
    assert structure(tool(arguments=Nothing), arguments) == Nothing()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ("", "arguments.day"),
        ("{}", "arguments.day"),
        ('{"day": 1}', "arguments.day"),
        ('{"day": null}', "arguments.day"),
        ('{"day": "mon", "minutes": "30"}', "arguments.minutes"),
        ('{"day": "mon", "minutes": 30.9}', "arguments.minutes"),
        ('{"day": "mon", "minutes": true}', "arguments.minutes"),
        ('{"day": "mon", "price": "5"}', "arguments.price"),
        ('{"day": "mon", "price": NaN}', "arguments.price"),
        ('{"day": "mon", "price": Infinity}', "arguments.price"),
        ('{"day": "\\ud800"}', "arguments.day"),
        ('{"day": "mon", "urgent": 1}', "arguments.urgent"),
        ('{"day": "mon", "business_id": 2}', "business_id"),
        ("[]", "send one JSON object"),
        ('"mon"', "send one JSON object"),
        ("{", "not JSON"),
        ('{"day": "' + "x" * 16_384 + '"}', "longer than 16384 bytes"),
    ],
)
def test_arguments_that_do_not_fit_are_refused_by_name(arguments, named):
    with pytest.raises(ArgumentsRefused) as refusal:
        structure(tool(), arguments)
    assert named in str(refusal.value)


async def test_a_tool_gets_its_arguments_and_the_call_and_its_result_is_the_output():
    async def behave(booking, made):
        await trio.lowlevel.checkpoint()
        return {"status": "ok", "day": booking.day, "for": made.call_id}

    result = await run(tool(behave), call(), deadline_ms=1_000)
    assert result == output("ok", status="ok", day="2026-11-21", **{"for": "call_1"})


async def test_a_tool_that_does_not_exist_is_refused_by_name():
    assert await run(None, call(), deadline_ms=1_000) == output(
        "refused", status="refused", say="there is no tool named book"
    )


async def test_a_refusal_is_a_sentence_for_the_model():
    async def behave(_booking, _made):
        await trio.lowlevel.checkpoint()
        raise Refusal("We are closed on Saturday.")

    assert await run(tool(behave), call(), deadline_ms=1_000) == output(
        "refused", status="refused", say="We are closed on Saturday."
    )


async def test_a_tool_with_wrong_arguments_does_not_run():
    async def behave(_booking, _made):
        await trio.lowlevel.checkpoint()
        pytest.fail("it ran")

    result = await run(tool(behave), call('{"day": 1}'), deadline_ms=1_000)
    assert (result.status, "arguments.day" in result.result["say"]) == ("refused", True)


async def test_a_tool_that_takes_too_long_is_cancelled_at_its_deadline(autojump_clock):
    ends = []

    async def behave(_booking, _made):
        try:
            await trio.sleep_forever()
        finally:
            ends.append(trio.current_time())

    result = await run(tool(behave), call(), deadline_ms=8_000)
    assert result == output("timeout", status="error", say="That took too long. Nothing is confirmed.")
    assert ends == [8.0]


async def test_a_bug_in_a_tool_becomes_its_output_and_a_logged_traceback(caplog):
    async def behave(_booking, _made):
        await trio.lowlevel.checkpoint()
        raise KeyError("slots")

    with caplog.at_level(logging.ERROR):
        result = await run(tool(behave), call(), deadline_ms=1_000)
    assert result == output("error", status="error", say="That did not work. Nothing is confirmed.")
    assert [(record.getMessage(), record.exc_info[0]) for record in caplog.records] == [
        ("tool book failed", KeyError)
    ]


@pytest.mark.parametrize("result", [{"day": object()}, {"price": float("nan")}])
async def test_a_result_that_is_not_json_is_a_bug_of_the_tool(result, caplog):
    async def behave(_booking, _call):
        await trio.lowlevel.checkpoint()
        return result

    assert (await run(tool(behave), call(), deadline_ms=1_000)).status == "error"
    assert "tool book failed" in caplog.text


async def test_errors_of_a_tools_own_nursery_become_its_output_too(caplog):
    async def behave(_booking, _made):
        async with trio.open_nursery():
            raise KeyError("slots")

    assert (await run(tool(behave), call(), deadline_ms=1_000)).status == "error"
    assert len(caplog.records) == 1


async def test_cancelling_the_call_cancels_the_tool_and_gives_no_output(autojump_clock):
    outputs = []

    async def behave(_booking, _made):
        await trio.sleep_forever()

    with trio.move_on_after(1) as scope:
        outputs.append(await run(tool(behave), call(), deadline_ms=8_000))
    assert (scope.cancelled_caught, outputs, trio.current_time()) == (True, [], 1.0)


@pytest.mark.parametrize(("deadline_ms", "ends_s"), [(None, 8.0), (0, 0.0), (500, 0.5), (20_000, 20.0)])
async def test_a_tools_own_deadline_wins(deadline_ms, ends_s, autojump_clock):
    async def behave(_booking, _made):
        await trio.sleep_forever()

    result = await run(tool(behave, deadline_ms=deadline_ms), call(), deadline_ms=8_000)
    assert (result.status, trio.current_time()) == ("timeout", ends_s)


CANCELLED = output(
    "cancelled",
    status="cancelled",
    say="The caller spoke, so this was stopped before it was done. Nothing is confirmed.",
)


async def run_and_cancel(behave, at_s):
    """The outputs of a tool whose scope is cancelled after so long."""
    scope = trio.CancelScope()
    outputs = []

    async def work():
        outputs.append(await run(tool(behave), call(), deadline_ms=8_000, scope=scope))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(work)
        await trio.sleep(at_s)
        scope.cancel()
    return outputs


async def test_a_tool_that_is_stopped_says_so(autojump_clock):
    async def behave(_booking, _made):
        await trio.sleep_forever()

    assert await run_and_cancel(behave, 1.0) == [CANCELLED]
    assert trio.current_time() == 1.0


async def test_a_tool_that_is_stopped_before_its_first_step_says_so():
    async def behave(_booking, _made):
        await trio.sleep_forever()

    scope = trio.CancelScope()
    scope.cancel()
    assert await run(tool(behave), call(), deadline_ms=8_000, scope=scope) == CANCELLED


async def test_a_tool_that_has_finished_when_it_is_stopped_keeps_its_output(autojump_clock):
    done = trio.Event()

    async def behave(_booking, _made):
        await done.wait()
        return {"status": "ok"}

    scope = trio.CancelScope()
    outputs = []

    async def work():
        outputs.append(await run(tool(behave), call(), deadline_ms=8_000, scope=scope))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(work)
        await trio.sleep(1)
        done.set()
        scope.cancel()  # in the same step: what has happened already is what counts
    assert outputs == [output("ok", status="ok")]


async def test_a_stop_after_the_end_changes_nothing(autojump_clock):
    async def behave(_booking, _made):
        await trio.lowlevel.checkpoint()
        return {"status": "ok"}

    assert await run_and_cancel(behave, 0.05) == [output("ok", status="ok")]


async def test_a_tool_that_fails_while_it_is_stopped_costs_no_more_than_its_output(autojump_clock, caplog):
    async def behave(_booking, _made):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.sleep_forever)
            try:
                await trio.sleep_forever()
            finally:
                raise KeyError("slots")

    (result,) = await run_and_cancel(behave, 1.0)
    assert result == output("error", status="error", say="That did not work. Nothing is confirmed.")
    assert "tool book failed" in caplog.text


async def test_a_tool_that_cleans_up_after_itself_is_waited_for(autojump_clock):
    async def behave(_booking, _made):
        try:
            await trio.sleep_forever()
        finally:
            with trio.move_on_after(2, shield=True):
                await trio.sleep(1)

    assert await run_and_cancel(behave, 1.0) == [CANCELLED]
    assert trio.current_time() == 2.0
