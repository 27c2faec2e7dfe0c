"""Every function, asked by one business with another's ids, finds and changes nothing of the other's."""

import sqlite3

import pytest

from storage import appointments, businesses, calls, leads
from storage.errors import NotFound
from tests.storage.conftest import HOUR, MONDAY_9, add_business, add_live_call, everything

LATER = MONDAY_9 + 4 * HOUR


@pytest.fixture
def ours_and_theirs(conn):
    ours, theirs = add_business(conn).id, add_business(conn, "+14155550101").id
    add_live_call(conn, theirs, "CAlive")
    add_live_call(conn, theirs, "CAended", phone="+14155550198")
    appointments.book(
        conn, theirs, lead_id=2, call_sid="CAended", starts_at=MONDAY_9, ends_at=MONDAY_9 + HOUR
    )
    end_call(conn, theirs, "CAended")
    return ours, theirs


def end_call(conn, business_id, call_sid):
    return calls.finish(
        conn,
        business_id,
        call_sid=call_sid,
        outcome="completed",
        detail="",
        ended_at=LATER,
        duration_ms=1000,
        events=[(0, "connected", {})],
    )


def rows_of(conn, business_id):
    return {table: [row for row in rows if row[0] == business_id] for table, rows in everything(conn).items()}


READS = {
    "leads.get": lambda conn, ours: leads.get(conn, ours, 2),
    "calls.get": lambda conn, ours: calls.get(conn, ours, "CAended"),
    "calls.events": lambda conn, ours: calls.events(conn, ours, "CAended"),
    "appointments.for_call": lambda conn, ours: appointments.for_call(conn, ours, "CAended"),
    "appointments.busy": lambda conn, ours: appointments.busy(conn, ours, MONDAY_9, LATER),
}


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_another_businesss_rows_cannot_be_read(conn, ours_and_theirs, read):
    ours, theirs = ours_and_theirs
    assert read(conn, theirs)
    assert not read(conn, ours)


WRITES = {
    "businesses.set_weekly_hours": lambda conn, ours: businesses.set_weekly_hours(conn, ours, []),
    "leads.find_or_create": lambda conn, ours: leads.find_or_create(
        conn, ours, phone="+14155550198", call_sid="CAended"
    ),
    "leads.find_or_create withheld": lambda conn, ours: leads.find_or_create(
        conn, ours, phone=None, call_sid="CAended"
    ),
    "calls.begin": lambda conn, ours: calls.begin(
        conn, ours, call_sid="CAlive", caller=None, lead_id=None, started_at=LATER
    ),
    "calls.finish live": lambda conn, ours: end_call(conn, ours, "CAlive"),
    "calls.finish ended": lambda conn, ours: end_call(conn, ours, "CAended"),
    "appointments.mark_confirmed": lambda conn, ours: appointments.mark_confirmed(
        conn, ours, "CAended", MONDAY_9
    ),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_another_businesss_rows_do_not_change(conn, ours_and_theirs, write):
    ours, theirs = ours_and_theirs
    before = rows_of(conn, theirs)
    write(conn, ours)
    assert rows_of(conn, theirs) == before


REFUSED = {
    "leads.update_details": (
        NotFound,
        lambda conn, ours: leads.update_details(conn, ours, 2, full_name="Mallory"),
    ),
    "calls.begin with their lead": (
        sqlite3.IntegrityError,
        lambda conn, ours: calls.begin(
            conn, ours, call_sid="CAours", caller=None, lead_id=2, started_at=LATER
        ),
    ),
    "appointments.book on their call": (
        sqlite3.IntegrityError,
        lambda conn, ours: book_with(conn, ours, lead_id=1, call_sid="CAended"),
    ),
    "appointments.book for their lead": (
        sqlite3.IntegrityError,
        lambda conn, ours: book_with(conn, ours, lead_id=2, call_sid="CAours"),
    ),
}


def book_with(conn, business_id, *, lead_id, call_sid):
    add_live_call(conn, business_id, "CAours")  # gives us a lead 1, and no lead 2
    appointments.book(
        conn, business_id, lead_id=lead_id, call_sid=call_sid, starts_at=LATER, ends_at=LATER + HOUR
    )


@pytest.mark.parametrize(("error", "write"), REFUSED.values(), ids=REFUSED)
def test_a_row_cannot_refer_to_another_businesss_row(conn, ours_and_theirs, error, write):
    ours, theirs = ours_and_theirs
    before = rows_of(conn, theirs)
    with pytest.raises(error):
        write(conn, ours)
    assert rows_of(conn, theirs) == before


def test_one_businesss_appointments_never_take_anothers_time(conn, ours_and_theirs):
    ours, _ = ours_and_theirs
    lead = add_live_call(conn, ours, "CAours")
    booking = appointments.book(
        conn, ours, lead_id=lead.id, call_sid="CAours", starts_at=MONDAY_9, ends_at=MONDAY_9 + HOUR
    )
    assert booking.created
