"""The live calls and their watchers."""

import datetime as dt
from contextlib import ExitStack

import pytest
import trio

from engine.account import CallEvent, UserSaid
from office.live import MOST_OF_A_BUSINESS, MOST_WATCHERS, QUEUE_EVENTS, LiveCall, LiveCalls, LiveEvent

NOW = dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC)


def call(business_id=1, call_sid="CA1"):
    return LiveCall(business_id=business_id, call_sid=call_sid, caller=None, test=False, started_at=NOW)


def said(number):
    return CallEvent(at_ms=number, line=UserSaid(text=str(number)))


@pytest.fixture
def live():
    return LiveCalls()


async def taken(watch, number):
    return [await watch.next() for _ in range(number)]


async def test_a_call_is_shown_to_its_business_for_as_long_as_it_is_on_the_line(live):
    ours, theirs = call(), call(2, "CA2")
    with live.on_the_line(ours), live.on_the_line(theirs):
        assert (live.of(1), live.get(1, "CA1"), live.get(1, "CA2")) == ((ours,), ours, None)
    assert (live.of(1), live.get(1, "CA1")) == ((), None)
    await trio.lowlevel.checkpoint()


async def test_a_watcher_hears_of_its_own_business_in_order(live):
    ours, theirs = call(), call(2, "CA2")
    with live.watch(1, after=0) as watch:
        live.note(ours, said(1))
        live.note(theirs, said(2))
        live.note(ours, said(3))
        assert await taken(watch, 2) == [
            LiveEvent(number=1, business_id=1, call_sid="CA1", event=said(1)),
            LiveEvent(number=3, business_id=1, call_sid="CA1", event=said(3)),
        ]


async def test_who_comes_back_gets_what_was_missed_and_then_what_comes(live):
    ours = call()
    for number in range(1, 6):
        live.note(ours, said(number))
    with live.watch(1, after=3) as watch:
        live.note(ours, said(6))
        assert [event.number for event in await taken(watch, 3)] == [4, 5, 6]


async def test_a_number_of_a_process_that_is_gone_means_all_that_is_kept(live):
    live.note(call(), said(1))
    with live.watch(1, after=999) as watch:
        assert (await watch.next()).number == 1


async def test_a_watcher_who_is_too_slow_is_dropped_and_delays_nobody(live, autojump_clock):
    ours = call()
    with live.watch(1, after=0) as slow, live.watch(1, after=0) as quick:
        for number in range(QUEUE_EVENTS + 1):
            live.note(ours, said(number))
            assert (await quick.next()).event == said(number)
        assert len(await taken(slow, QUEUE_EVENTS)) == QUEUE_EVENTS
        assert await slow.next() is None
        live.note(ours, said(0))
        assert (await quick.next()).event == said(0)


async def test_only_so_many_of_a_business_are_to_watch_and_one_who_leaves_makes_room(live):
    with ExitStack() as watching:
        for _ in range(MOST_OF_A_BUSINESS):
            assert not live.watched_enough(1)
            watching.enter_context(live.watch(1, after=0))
        assert (live.watched_enough(1), live.watched_enough(2)) == (True, False)
    assert not live.watched_enough(1)
    await trio.lowlevel.checkpoint()


async def test_only_so_many_of_all_businesses_are_to_watch(live):
    with ExitStack() as watching:
        for number in range(MOST_WATCHERS):
            assert not live.watched_enough(number)
            watching.enter_context(live.watch(number, after=0))
        assert live.watched_enough(MOST_WATCHERS)
    await trio.lowlevel.checkpoint()


async def test_a_server_that_stops_ends_every_watch(live):
    with live.watch(1, after=0) as watch:
        live.stop()
        assert await watch.next() is None


async def test_a_watcher_who_comes_back_hears_nothing_of_a_call_that_was_erased(live):
    ours, erased = call(), call(1, "CA2")
    live.note(erased, said(1))
    live.note(ours, said(2))
    live.forget({"CA2"})
    with live.watch(1, after=0) as watch:
        assert [event.call_sid for event in await taken(watch, 1)] == ["CA1"]
