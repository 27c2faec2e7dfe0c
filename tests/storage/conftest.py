import datetime as dt
import sqlite3
from contextlib import closing

import pytest

from storage import businesses, calls, leads, migrations
from storage.database import connect

MONDAY_9 = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def conn(tmp_path):
    with closing(connect(tmp_path / "frontdesk.sqlite")) as connection:
        migrations.bring_up_to_date(connection)
        yield connection


def add_business(conn: sqlite3.Connection, number: str = "+14155550100"):
    return businesses.add(conn, name="Salon", number=number, timezone="Europe/Berlin", language="en")


def add_live_call(
    conn: sqlite3.Connection, business_id: int, call_sid: str, phone: str | None = "+14155550199"
):
    """The lead of a call that has begun."""
    lead = leads.find_or_create(conn, business_id, phone=phone, call_sid=call_sid)
    calls.begin(conn, business_id, call_sid=call_sid, caller=phone, lead_id=lead.id, started_at=MONDAY_9)
    return lead


def everything(conn: sqlite3.Connection) -> dict[str, list[tuple]]:
    """Every row of every table."""
    tables = ("businesses", "weekly_hours", "leads", "calls", "call_events", "appointments")
    return {
        table: [tuple(row) for row in conn.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3")]
        for table in tables
    }
