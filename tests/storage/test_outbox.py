import datetime as dt
import sqlite3

import attrs
import pytest

from storage import calls, outbox
from tests.storage.conftest import HOUR, NOW, add_business, add_live_call, add_test_call, end_call

CALLER, OWNER = "+14155550199", "+14155550177"


@pytest.fixture
def business_id(conn):
    business_id = add_business(conn).id
    for number in (1, 2):
        add_live_call(conn, business_id, f"CA{number}")
    end_call(conn, business_id, "CA1")
    return business_id


def put(conn, business_id, body="You are booked.", *, call_sid="CA1", now=NOW, **more):
    row = {"kind": "confirmation", "recipient": CALLER, **more}
    return outbox.put(conn, business_id, call_sid=call_sid, body=body, now=now, **row)


def bodies(found):
    return [outgoing.body for outgoing in found]


def test_what_is_to_be_sent_is_given_as_it_was_put_in(conn, business_id):
    assert put(conn, business_id)
    (outgoing,) = outbox.due(conn, NOW, limit=10)
    assert attrs.asdict(outgoing) == {
        "business_id": business_id,
        "id": 1,
        "call_sid": "CA1",
        "kind": "confirmation",
        "channel": "sms",
        "recipient": CALLER,
        "body": "You are booked.",
        "status": "pending",
        "attempts": 0,
        "due_at": NOW,
        "problem": "",
    }


def test_each_call_says_each_thing_once_to_each(conn, business_id):
    assert put(conn, business_id)
    assert not put(conn, business_id, now=NOW + HOUR)
    assert put(conn, business_id, "You are booked too.")
    assert put(conn, business_id, recipient=OWNER, kind="to_owner")
    assert put(conn, business_id, call_sid="CA2")
    outbox.sent(conn, business_id, 1)
    assert not put(conn, business_id)
    assert [outgoing.id for outgoing in outbox.due(conn, NOW, limit=10)] == [3, 4]


def test_nothing_of_a_live_call_is_due(conn, business_id):
    put(conn, business_id, call_sid="CA2")
    assert outbox.due(conn, NOW + 9 * HOUR, limit=10) == ()
    assert outbox.next_due(conn) is None
    end_call(conn, business_id, "CA2")
    assert bodies(outbox.due(conn, NOW, limit=10)) == ["You are booked."]
    assert outbox.next_due(conn) == NOW


@pytest.mark.parametrize("outcome", ["transferred", "carrier_lost"])
def test_a_call_that_came_back_is_live(conn, business_id, outcome):
    end_call(conn, business_id, "CA2", outcome=outcome)
    put(conn, business_id, call_sid="CA2")
    again = {"started_at": NOW + HOUR, "again": True}
    calls.begin(conn, business_id, call_sid="CA2", caller=CALLER, lead_id=1, **again)
    assert outbox.due(conn, NOW + 9 * HOUR, limit=10) == ()


def test_what_is_due_longest_comes_first_and_no_more_than_asked_for(conn, business_id):
    other = add_business(conn, "+14155550101").id
    add_live_call(conn, other, "CA1")
    end_call(conn, other, "CA1")
    put(conn, business_id, "third", now=NOW + 3 * HOUR)
    put(conn, other, "second", now=NOW + 2 * HOUR)
    put(conn, business_id, "first", now=NOW + HOUR)
    assert bodies(outbox.due(conn, NOW + 2 * HOUR, limit=10)) == ["first", "second"]
    assert bodies(outbox.due(conn, NOW + 9 * HOUR, limit=2)) == ["first", "second"]
    assert outbox.next_due(conn) == NOW + HOUR


def test_what_was_sent_or_given_up_is_due_no_more(conn, business_id):
    for body in ("sent", "given up", "later"):
        put(conn, business_id, body)
    outbox.sent(conn, business_id, 1)
    outbox.failed(conn, business_id, 2, problem="status 400", retry_at=None)
    outbox.failed(conn, business_id, 3, problem="status 503", retry_at=NOW + HOUR)
    assert outbox.due(conn, NOW, limit=10) == ()
    assert outbox.next_due(conn) == NOW + HOUR
    (later,) = outbox.due(conn, NOW + HOUR, limit=10)
    assert (later.attempts, later.problem, later.status) == (1, "status 503", "pending")
    rows = conn.execute("SELECT body, status, attempts, problem FROM outbox WHERE id < 3 ORDER BY id")
    assert [tuple(row) for row in rows] == [("sent", "sent", 1, ""), ("given up", "failed", 1, "status 400")]


def test_what_nobody_has_tried_to_send_can_be_taken_back(conn, business_id):
    for body in ("sent", "tried", "not tried"):
        put(conn, business_id, body)
    put(conn, business_id, "of another call", call_sid="CA2")
    outbox.sent(conn, business_id, 1)
    outbox.failed(conn, business_id, 2, problem="status 503", retry_at=NOW)
    assert outbox.withdraw(conn, business_id, "CA1") == 1
    assert bodies(outbox.due(conn, NOW, limit=10)) == ["tried"]
    end_call(conn, business_id, "CA2")
    assert bodies(outbox.due(conn, NOW, limit=10)) == ["tried", "of another call"]


@pytest.mark.parametrize(
    "values", [{"recipient": "0301234567"}, {"kind": "advert"}, {"channel": "fax"}, {"body": ""}]
)
def test_the_table_refuses_what_cannot_be_sent(conn, business_id, values):
    with pytest.raises(sqlite3.IntegrityError, match="CHECK constraint failed"):
        put(conn, business_id, **values)


def test_an_instant_is_kept_to_the_second(conn, business_id):
    put(conn, business_id, now=NOW + dt.timedelta(milliseconds=1_900))
    assert outbox.next_due(conn) == NOW + dt.timedelta(seconds=1)


def test_nothing_of_a_test_call_is_due_whoever_put_it_in(conn, business_id):
    add_test_call(conn, business_id, "CAtest")
    put(conn, business_id, call_sid="CAtest")
    end_call(conn, business_id, "CAtest")
    assert (outbox.due(conn, NOW, limit=10), outbox.next_due(conn)) == ((), None)


def unsent(conn, business_id, now, *, since=NOW, waits=HOUR, limit=9):
    return bodies(
        outbox.unsent(conn, business_id, since=since, waited_since=now - waits, limit=limit)
    ), outbox.unsent_in_all(conn, since=since, waited_since=now - waits)


def test_what_was_given_up_or_waits_too_long_has_not_been_sent(conn, business_id):
    for body in ("sent", "given up", "tried in vain", "not tried"):
        put(conn, business_id, body, now=NOW + HOUR)
    outbox.sent(conn, business_id, 1)
    outbox.failed(conn, business_id, 2, problem="status 400", retry_at=None)
    outbox.failed(conn, business_id, 3, problem="status 503", retry_at=NOW + 9 * HOUR)
    assert unsent(conn, business_id, NOW + HOUR / 2) == (["given up"], 1)
    assert unsent(conn, business_id, NOW + HOUR) == (["tried in vain", "given up"], 1)
    assert unsent(conn, business_id, NOW + 2 * HOUR) == (["not tried", "tried in vain", "given up"], 2)
    assert unsent(conn, business_id, NOW + HOUR, waits=0 * HOUR)[0] == [
        "not tried",
        "tried in vain",
        "given up",
    ]
    assert unsent(conn, business_id, NOW + 2 * HOUR, limit=1)[0] == ["not tried"]


def test_what_waits_for_its_time_of_calls_long_ago_or_removed_is_not_shown_as_unsent(conn, business_id):
    put(conn, business_id, "after a transfer", now=NOW + 9 * HOUR)
    put(conn, business_id, "given up")
    outbox.failed(conn, business_id, 2, problem="status 400", retry_at=None)
    later = NOW + 2 * HOUR
    assert unsent(conn, business_id, later) == (["given up"], 1)
    assert unsent(conn, business_id, later, since=NOW + HOUR) == ([], 0)
    calls.remove(conn, business_id, "CA1", NOW)
    assert unsent(conn, business_id, later)[0] == []
