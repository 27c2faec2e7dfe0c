import pytest
import trio
import trio.testing

from engine.outcome import Outcome
from engine.switchboard import Reason, Refused, Switchboard


def refusal(switchboard, call_sid):
    """Why this call may not come in; None if it may."""
    try:
        with switchboard.admit(call_sid):
            return None
    except Refused as refused:
        return refused.reason


def test_a_call_is_live_for_as_long_as_its_block():
    switchboard = Switchboard(2)
    with switchboard.admit("CA1"):
        with switchboard.admit("CA2"):
            assert switchboard.live == 2
        assert switchboard.live == 1
    assert switchboard.live == 0


def test_a_call_that_fails_makes_room_again():
    switchboard = Switchboard(1)
    with pytest.raises(ZeroDivisionError), switchboard.admit("CA1"):
        _ = 1 / 0
    assert (switchboard.live, switchboard.has_room) == (0, True)


def test_a_call_over_the_limit_is_refused_until_one_leaves():
    switchboard = Switchboard(1)
    with switchboard.admit("CA1"):
        assert (switchboard.has_room, refusal(switchboard, "CA2")) == (False, Reason.BUSY)
    assert (switchboard.has_room, refusal(switchboard, "CA2")) == (True, None)


def test_a_refused_call_is_not_counted():
    switchboard = Switchboard(1)
    with switchboard.admit("CA1"):
        refusal(switchboard, "CA1")
        refusal(switchboard, "CA2")
        assert switchboard.live == 1
        assert refusal(switchboard, "CA1") == Reason.ALREADY_ON_THE_LINE


def test_a_draining_switchboard_admits_nobody_and_keeps_the_live_calls():
    switchboard = Switchboard(2)
    with switchboard.admit("CA1"):
        switchboard.start_draining()
        assert refusal(switchboard, "CA2") == Reason.DRAINING
        assert (switchboard.live, switchboard.draining, switchboard.has_room) == (1, True, False)


async def test_one_calls_end_can_be_waited_for(nursery):
    switchboard, over = Switchboard(2), []

    async def wait(call_sid):
        await switchboard.wait_over(call_sid)
        over.append(call_sid)

    with switchboard.admit("CA2"):
        with switchboard.admit("CA1"):
            nursery.start_soon(wait, "CA1")
            nursery.start_soon(wait, "CAunknown")
            await trio.testing.wait_all_tasks_blocked()
            assert over == ["CAunknown"]
        await trio.testing.wait_all_tasks_blocked()
        assert over == ["CAunknown", "CA1"]


def test_a_refusal_reads_as_its_reason():
    assert str(Refused(Reason.ALREADY_ON_THE_LINE)) == "already on the line"


def test_the_outcome_of_a_call_is_remembered():
    switchboard = Switchboard(1)
    switchboard.report("CA1", Outcome.COMPLETED)
    assert (switchboard.outcome("CA1"), switchboard.outcome("CA2")) == (Outcome.COMPLETED, None)


def test_a_second_stream_of_a_call_does_not_inherit_the_first_outcome():
    switchboard = Switchboard(1)
    switchboard.report("CA1", Outcome.COMPLETED)
    with switchboard.admit("CA1"):
        assert switchboard.outcome("CA1") is None


def test_the_oldest_outcomes_are_forgotten_first():
    switchboard = Switchboard(1)
    for number in range(1_000):
        switchboard.report(f"CA{number}", Outcome.COMPLETED)
    switchboard.report("CA0", Outcome.MODEL_FAILED)
    switchboard.report("CA1000", Outcome.COMPLETED)
    remembered = [number for number in range(1_001) if switchboard.outcome(f"CA{number}")]
    assert remembered == [0, *range(2, 1_001)]


async def test_waiting_ends_when_the_last_call_leaves(autojump_clock):
    switchboard = Switchboard(2)

    async def call(call_sid, seconds):
        with switchboard.admit(call_sid):
            await trio.sleep(seconds)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(call, "CA1", 5)
        nursery.start_soon(call, "CA2", 9)
        await trio.testing.wait_all_tasks_blocked()
        await switchboard.wait_empty()
        assert (trio.current_time(), switchboard.live) == (9, 0)


async def test_waiting_for_an_empty_switchboard_is_over_at_once(autojump_clock):
    switchboard = Switchboard(1)
    assert refusal(switchboard, "CA1") is None
    await switchboard.wait_empty()
    assert trio.current_time() == 0


async def test_waiting_can_be_given_up():
    switchboard = Switchboard(1)
    with switchboard.admit("CA1"), trio.move_on_after(0) as scope:
        await switchboard.wait_empty()
    assert scope.cancelled_caught


def test_a_call_whose_line_broke_is_led_back_once():
    switchboard = Switchboard(1)
    assert switchboard.may_lead_back("CA1")
    switchboard.lead_back("CA1", cut_off=True)
    with switchboard.admit("CA1"):
        switchboard.report("CA1", Outcome.CARRIER_LOST)
    assert (switchboard.may_lead_back("CA1"), switchboard.may_lead_back("CA2")) == (False, True)


def test_a_way_back_that_is_not_taken_is_given_once_more_and_then_no_more():
    switchboard, may = Switchboard(1), []
    for _ in range(3):
        may.append(switchboard.may_lead_back("CA1"))
        switchboard.lead_back("CA1", cut_off=True)
    assert may == [True, True, False]


def test_a_caller_who_was_given_a_way_back_is_awaited_until_a_stream_begins():
    switchboard = Switchboard(1)
    switchboard.lead_back("CA1", cut_off=False)
    assert (switchboard.awaits("CA1"), switchboard.may_lead_back("CA1")) == (True, True)
    with switchboard.admit("CA1"):
        assert not switchboard.awaits("CA1")


def test_ways_back_of_long_ago_are_forgotten():
    switchboard = Switchboard(1)
    for number in range(1_001):
        switchboard.lead_back(f"CA{number}", cut_off=False)
    assert [switchboard.awaits(f"CA{number}") for number in (0, 1, 1_000)] == [False, True, True]


def test_only_a_live_call_that_has_not_ended_can_lose_its_line():
    switchboard, lost = Switchboard(1), []
    assert switchboard.lose("CA1") is False
    with switchboard.admit("CA1", lambda: lost.append("CA1")):
        assert (switchboard.lose("CA2"), switchboard.lose("CA1")) == (False, True)
        switchboard.report("CA1", Outcome.COMPLETED)
        assert switchboard.lose("CA1") is False
    assert (switchboard.lose("CA1"), lost) == (False, ["CA1"])
