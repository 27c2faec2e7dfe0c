import datetime as dt
import sqlite3
from contextlib import closing

import pytest

from storage import booking, businesses, calls, leads, migrations
from storage.availability import Request
from storage.database import connect
from storage.records import Booking

NOW = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)  # a Friday
MONDAY = dt.date(2026, 11, 23)
MONDAY_9 = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)  # ten o'clock in Berlin
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def conn(tmp_path):
    with closing(connect(tmp_path / "frontdesk.sqlite")) as connection:
        migrations.bring_up_to_date(connection)
        yield connection


def add_business(conn: sqlite3.Connection, number: str = "+14155550100"):
    """One that is open Monday to Friday from nine to five."""
    return businesses.add(conn, name="Salon", number=number, timezone="Europe/Berlin", language="en")


def add_live_call(
    conn: sqlite3.Connection, business_id: int, call_sid: str, phone: str | None = "+14155550199"
):
    """The lead of a call that has begun."""
    lead = leads.find_or_create(conn, business_id, phone=phone, call_sid=call_sid)
    calls.begin(conn, business_id, call_sid=call_sid, caller=phone, lead_id=lead.id, started_at=NOW)
    return lead


def add_test_call(conn: sqlite3.Connection, business_id: int, call_sid: str):
    """The lead of a test call that has begun."""
    lead = leads.find_or_create(conn, business_id, phone=None, call_sid=call_sid, source="test")
    begun = {"caller": None, "lead_id": lead.id, "started_at": NOW, "test": True}
    calls.begin(conn, business_id, call_sid=call_sid, **begun)
    return lead


def wish(date: dt.date = MONDAY, duration_min: int = 60, **more: int) -> Request:
    return Request(date=date, duration_min=duration_min, **more)


def book(
    conn: sqlite3.Connection, business_id: int, starts_at: dt.datetime = MONDAY_9, **more: object
) -> Booking:
    """Book an hour for lead 1 on call CA1, unless the caller says otherwise."""
    asked = {"lead_id": 1, "call_sid": "CA1", "request": wish(), "now": NOW, **more}
    return booking.book(conn, business_id, starts_at=starts_at, **asked)


def end_call(conn: sqlite3.Connection, business_id: int, call_sid: str, **more: object) -> bool:
    record = {
        "outcome": "completed",
        "detail": "",
        "ended_at": NOW + HOUR,
        "duration_ms": 1000,
        "events": [(0, "connected", {})],
    }
    return calls.finish(conn, business_id, call_sid=call_sid, **{**record, **more})


def tables(conn: sqlite3.Connection) -> list[str]:
    return [row["name"] for row in conn.execute("PRAGMA table_list") if row["strict"]]


def everything(conn: sqlite3.Connection) -> dict[str, list[tuple]]:
    """Every row of every table."""
    return {
        table: [tuple(row) for row in conn.execute(f"SELECT * FROM {table} ORDER BY rowid")]
        for table in tables(conn)
    }


def overlaps(conn: sqlite3.Connection) -> int:
    """How many booked appointments that count begin before an earlier one has ended, buffers included."""
    (count,) = conn.execute(
        "SELECT count(*) FROM ("
        " SELECT busy_start, max(busy_end) OVER ("
        " PARTITION BY business_id, resource_id ORDER BY busy_start, id"
        " ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS taken_until"
        " FROM appointments WHERE status = 'booked' AND test = 0"
        ") WHERE taken_until > busy_start"
    ).fetchone()
    return count
