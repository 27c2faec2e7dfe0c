import pytest

from engine.bot.tool_limits import ToolLimits
from engine.settings import Settings
from engine.tools import ToolCall, ToolOutput


def call(call_id, arguments="{}", name="find"):
    return ToolCall(call_id=call_id, response_id="resp_1", name=name, arguments=arguments)


def output(call_id, status="ok", **result):
    return ToolOutput(call_id=call_id, name="find", status=status, result=result)


def judge(limits, made, *, only_words=False):
    """What became of the call: "ran", or the status, the reason and whether an answer is asked for."""
    unrun = limits.judge(made, only_words=only_words)
    if unrun is None:
        return "ran"
    assert unrun.output.call_id == made.call_id
    return unrun.output.status, unrun.why, unrun.asks


def test_calls_run_up_to_the_limit_and_not_beyond():
    limits = ToolLimits(2)
    assert [judge(limits, call(str(n), f"[{n}]")) for n in range(4)] == [
        "ran",
        "ran",
        ("refused", "limit", True),  # somebody must say so, once
        ("refused", "limit", False),
    ]
    limits.caller_spoke()
    assert judge(limits, call("5", "[5]")) == ("refused", "limit", True)


def test_what_is_not_run_does_not_count():
    limits = ToolLimits(2)
    judge(limits, call("1"))
    for n in range(10):
        judge(limits, call(f"again_{n}"))
        judge(limits, call(f"words_{n}", "[]"), only_words=True)
    assert judge(limits, call("2", "[2]")) == "ran"


@pytest.mark.parametrize("status", ["ok", "refused"])
def test_a_repeat_gets_the_stored_output_and_asks_for_one_answer(status):
    limits = ToolLimits(60)
    judge(limits, call("1"))
    limits.finish(output("1", status, say="Nine o'clock."), changes=True)
    unrun = limits.judge(call("2"), only_words=False)
    assert unrun is not None
    assert unrun.output == output("2", status, say="Nine o'clock.")
    assert (unrun.why, unrun.asks) == ("repeat", True)
    assert judge(limits, call("3")) == (status, "repeat", False)


@pytest.mark.parametrize("status", ["ok", "error", "timeout"])
def test_what_was_refused_before_something_may_have_changed_runs_again(status):
    limits = ToolLimits(60)
    judge(limits, call("1", name="book"))
    limits.finish(output("1", "refused", say="I need a name."), changes=True)
    judge(limits, call("2", name="update"))
    limits.finish(output("2", status), changes=True)
    assert judge(limits, call("3", name="book")) == "ran"


@pytest.mark.parametrize(("status", "changes"), [("ok", False), ("timeout", False), ("refused", True)])
def test_what_changed_nothing_leaves_the_earlier_outputs_as_they_are(status, changes):
    limits = ToolLimits(60)
    judge(limits, call("1", name="book"))
    limits.finish(output("1", "refused"), changes=True)
    judge(limits, call("2"))
    limits.finish(output("2", status), changes=changes)
    assert judge(limits, call("3", name="book")) == ("refused", "repeat", True)


def test_a_change_forgets_nothing_that_still_runs():
    limits = ToolLimits(60)
    judge(limits, call("1"))
    judge(limits, call("2", name="update"))
    limits.finish(output("2"), changes=True)
    assert judge(limits, call("3")) == ("refused", "repeat", False)


@pytest.mark.parametrize("status", ["error", "timeout", "cancelled"])
def test_what_did_not_succeed_may_be_asked_for_again(status):
    limits = ToolLimits(60)
    judge(limits, call("1"))
    limits.finish(output("1", status), changes=True)
    assert judge(limits, call("2")) == "ran"
    assert judge(limits, call("3")) == ("refused", "repeat", False)


def test_a_repeat_while_the_first_still_runs_is_refused_and_asks_for_nothing():
    limits = ToolLimits(60)
    judge(limits, call("1"))
    assert judge(limits, call("2")) == ("refused", "repeat", False)
    limits.finish(output("1"), changes=True)
    assert judge(limits, call("3")) == ("ok", "repeat", True)


@pytest.mark.parametrize("status", ["ok", "refused"])
def test_after_the_caller_has_spoken_the_same_request_runs_again(status):
    limits = ToolLimits(60)
    judge(limits, call("1"))
    limits.finish(output("1", status), changes=True)
    limits.caller_spoke()
    assert judge(limits, call("2")) == "ran"


@pytest.mark.parametrize("status", ["ok", "refused"])
def test_a_request_that_still_runs_is_not_run_beside_itself_because_the_caller_has_spoken(status):
    """ "Hello?", while a time is being booked: the second booking would find the first one's time taken."""
    limits = ToolLimits(60)
    judge(limits, call("1"))
    limits.caller_spoke()
    assert judge(limits, call("2")) == ("refused", "repeat", False)
    # Late: what the caller has said since may change the answer.
    limits.finish(output("1", status), changes=True)
    assert judge(limits, call("3")) == "ran"


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ('{"a": 1, "b": 2}', '{"b":2,"a":1}', True),
        ("", "{}", True),
        ('{"a": "\\u00e9"}', '{"a": "é"}', True),
        ('{"a": 1}', '{"a": true}', False),
        ('{"a": 1}', '{"a": 1.0}', False),
        ('{"a": [1, 2]}', '{"a": [2, 1]}', False),
        ("{", "{", True),
        ("{", "{ ", False),
        ("[" * 16_000, "[" * 16_000, True),
        ("x" * 100_000, "x" * 100_000, True),
    ],
)
def test_arguments_compare_as_json_and_as_text_if_they_are_none(first, second, same):
    limits = ToolLimits(60)
    judge(limits, call("1", first))
    assert (judge(limits, call("2", second)) != "ran") is same


def test_the_same_arguments_of_another_tool_are_another_request():
    limits = ToolLimits(60)
    judge(limits, call("1", "{}", name="find"))
    assert judge(limits, call("2", "{}", name="find {}")) == "ran"
    assert judge(limits, call("3", "{}", name="book")) == "ran"


def test_a_response_that_is_only_to_say_something_runs_no_tool():
    assert judge(ToolLimits(60), call("1"), only_words=True) == ("refused", "filler", False)


def test_every_refusal_has_a_sentence_of_its_own():
    limits = ToolLimits(1)
    unrun = [
        limits.judge(call("0"), only_words=True),
        limits.judge(call("1"), only_words=False),
        limits.judge(call("2"), only_words=False),
    ]
    says = [u.output.result["say"] for u in unrun if u is not None]
    assert len(set(says)) == 2
    assert all(u is None or u.output.result["status"] == "refused" for u in unrun)


@pytest.mark.parametrize("most", [-1, 10**9, float("nan")])
def test_a_limit_that_is_no_number_of_calls_is_refused_by_name(most):
    with pytest.raises(ValueError, match="tool_calls_max: must be between 0 and"):
        Settings(tool_calls_max=most)


def test_with_a_limit_of_none_nothing_runs():
    assert judge(ToolLimits(Settings(tool_calls_max=0).tool_calls_max), call("1")) == (
        "refused",
        "limit",
        True,
    )
