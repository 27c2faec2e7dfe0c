"""A file with three businesses: a practice in English, one in Hebrew, and one where nothing has happened yet.

Everything is relative to a given now, and written through the storage's own functions; only when a row was
made is set afterwards, because the file dates that by the real clock.
"""

import datetime as dt
import sqlite3
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from attrs import frozen

from storage import blocked, businesses, facts, feeds, leads, owners, schedule, services, sessions
from storage.database import open_database
from storage.records import Business, Lead, Person
from tests.browser import weeks
from tests.browser.practices import ENGLISH, HEBREW, Practice
from web.passwords import Passwords

NOW = dt.datetime(2026, 11, 24, 10, 20, tzinfo=dt.UTC)  # a Tuesday
PASSWORD = "a short sentence"
_BROWSERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 Version/18.6 Safari/604.1",
)


@frozen(kw_only=True)
class Home:
    """One of the businesses, and the browser of its owner."""

    business_id: int
    token: str  # of the browser's session
    email: str  # of the owner, whose password is PASSWORD
    ids: Mapping[str, tuple[str, ...]]  # what its paths may hold, by the name that a route gives it
    invitation: str  # of a colleague: the token of a link


@frozen(kw_only=True)
class Town:
    """The three of them."""

    english: Home
    hebrew: Home
    empty: Home  # its owner is an administrator


async def build(path: Path, now: dt.datetime = NOW, passwords: Passwords | None = None) -> Town:
    """Make the file."""
    password_hash = await (passwords or Passwords()).hashed(PASSWORD)
    async with open_database(path) as database:
        homes = [
            await database.write(partial(_full, practice=practice, password_hash=password_hash, now=now))
            for practice in (ENGLISH, HEBREW)
        ]
        empty = await database.write(partial(_empty, password_hash=password_hash, now=now))
    return Town(english=homes[0], hebrew=homes[1], empty=empty)


def _empty(conn: sqlite3.Connection, password_hash: str, now: dt.datetime) -> Home:
    added = businesses.add(
        conn, name="Corner Garage", number="+442079460999", timezone="Europe/London", language="en"
    )
    conn.execute(
        "UPDATE businesses SET notice = NULL, notice_news = 'missing' WHERE id = ?", (added.id,)
    )  # as an upgrade leaves it
    email = "owner@garage.example"
    owner = owners.add(conn, email=email, password_hash=password_hash, language="en", administrator=True)
    token = sessions.begin(conn, owner.id, browser=_BROWSERS[0], now=now)
    return Home(business_id=added.id, token=token, email=email, ids={}, invitation=sessions.invite(conn, now))


def _full(conn: sqlite3.Connection, practice: Practice, password_hash: str, now: dt.datetime) -> Home:
    business = _business(conn, practice)
    today = schedule.local(business.timezone, now).date()
    weeks.open_hours(conn, business, practice, today)
    people = tuple(_lead(conn, business.id, *caller) for caller in practice.callers)
    weeks.write_diary(conn, business, practice, people, today, now)
    weeks.write_calls(conn, business, practice, people, now)
    token = _owners(conn, business, practice, password_hash, now)
    _made_at(conn, business.id, now)
    return Home(
        business_id=business.id,
        token=token,
        email=practice.owner_email,
        ids=_ids(conn, business.id),
        invitation=sessions.invite(conn, now, business_id=business.id),
    )


def _business(conn: sqlite3.Connection, practice: Practice) -> Business:
    added = businesses.add(
        conn,
        name=practice.name,
        number=practice.number,
        timezone=practice.timezone,
        language=practice.language,
        trade=practice.trade,
        greeting=practice.greeting,
        notice=practice.notice,
        rules=practice.rules,
        owner_phone=practice.owner_phone,
        retention_days=90,
    )
    for name, minutes, price in practice.services:
        services.add(conn, added.id, name=name, duration_min=minutes, price=price)
    for topic, text in practice.facts:
        facts.put_fact(conn, added.id, topic=topic, text=text)
    facts.set_people(conn, added.id, [Person(name=name, phone=phone) for name, phone in practice.people])
    blocked.add(conn, added.id, practice.callers[4][1])
    feeds.renew(conn, added.id)
    return added


def _lead(conn: sqlite3.Connection, business_id: int, name: str, phone: str | None) -> Lead:
    lead = leads.find_or_create(conn, business_id, phone=phone, call_sid=f"CA{business_id:032x}")
    return leads.update_details(conn, business_id, lead.id, full_name=name) if name else lead


def _owners(
    conn: sqlite3.Connection, business: Business, practice: Practice, password_hash: str, now: dt.datetime
) -> str:
    """The owner with a computer and a telephone, and a colleague; returns the computer's token."""
    for email in (practice.owner_email, f"colleague.{practice.owner_email}"):
        owner = owners.add(conn, email=email, password_hash=password_hash, language=practice.language)
        owners.let_into(conn, owner.id, business.id)
        tokens = [sessions.begin(conn, owner.id, browser=browser, now=now) for browser in reversed(_BROWSERS)]
        if email == practice.owner_email:
            token = tokens[-1]
    return token


def _made_at(conn: sqlite3.Connection, business_id: int, now: dt.datetime) -> None:
    """Date what was made now, and messages by the end of their calls."""
    values = {"id": business_id, "now": now.strftime("%Y-%m-%dT%H:%M:%SZ")}
    for table in ("leads", "appointments", "blocked_callers"):
        conn.execute(f"UPDATE {table} SET created_at = :now WHERE business_id = :id", values)
    conn.execute(
        "UPDATE messages SET created_at = (SELECT ended_at FROM calls WHERE calls.business_id = :id"
        " AND calls.call_sid = messages.call_sid) WHERE business_id = :id",
        values,
    )


_IDS = {
    "call_sid": "SELECT call_sid FROM calls WHERE business_id = ? ORDER BY started_at DESC LIMIT 7",
    "appointment_id": "SELECT min(id) FROM appointments WHERE business_id = ?"
    " GROUP BY call_sid IS NULL, status ORDER BY 1 DESC",
    "message_id": "SELECT id FROM messages WHERE business_id = ? ORDER BY id LIMIT 1",
    "service_id": "SELECT id FROM services WHERE business_id = ? ORDER BY id LIMIT 1",
    "lead_id": "SELECT id FROM leads WHERE business_id = ? ORDER BY id LIMIT 1",
    "change_id": "SELECT max(id) FROM changes WHERE business_id = ?",
    "owner_id": "SELECT owner_id FROM owner_businesses WHERE business_id = ? ORDER BY owner_id DESC LIMIT 1",
    "session_id": "SELECT id FROM sessions JOIN owner_businesses USING (owner_id)"
    " WHERE business_id = ? ORDER BY sessions.rowid LIMIT 1",
}

KINDS_OF_IDS = frozenset(_IDS)


def _ids(conn: sqlite3.Connection, business_id: int) -> dict[str, tuple[str, ...]]:
    return {
        name: tuple(str(row[0]) for row in conn.execute(query, (business_id,)))
        for name, query in _IDS.items()
    }
