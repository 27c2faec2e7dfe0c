"""No tool of one business tells or changes anything of another, whatever the model asks of it.

Each tool is asked, in a call to one business, for what only its neighbour has. The same call is then made in
a file whose neighbour has nothing: both must come to the same, to the letter and to the row.
"""

import datetime as dt

import pytest
from attrs import frozen

from engine.ports import CallRecord, Profile
from rehearsal.virtual_time import inline
from storage import (
    blocked,
    booking,
    businesses,
    call_settings,
    calls,
    changes,
    facts,
    leads,
    messages,
    outbox,
    owners,
    proofs,
    reached,
    schedule,
    services,
    sessions,
    wrong_facts,
)
from storage.availability import Request
from storage.database import open_database
from storage.records import DayHours, ExceptionDay, Flag, Person, WeeklyHours
from tests.office.accounts import stored
from tests.office.front import SATURDAY_NOON, TUESDAY, TUESDAY_9, TUESDAY_930, Now, both, ring
from tests.office.support import CALL_SID, CALLER, NUMBER
from tests.storage.conftest import tables

NEIGHBOUR_NUMBER = "+14155550122"
THURSDAY_9 = "2026-11-26T08:00:00Z"
WEDNESDAY, WEDNESDAY_9 = "2026-11-25", "2026-11-25T08:00:00Z"
SUNDAY, SUNDAY_20 = "2026-11-29", "2026-11-29T19:00:00Z"  # when only the neighbour is open
OWN_NAME = "Ada Lovelace"
EARLIER_SID = "CA" + "e" * 32
RECORD = CallRecord(
    outcome="completed",
    detail="the bot said goodbye",
    duration_ms=1_000,
    events=stored((5, "bot_said", {"text": "You are booked for Tuesday at nine."})),
)

# What the neighbour has: none of it is the caller's business here.
LEAD = {"full_name": "Dana Levi", "email": "dana@example.com", "callback_phone": "+14155550144"}
ROSA, ROSAS_PHONE = "Rosa", "+14155550133"
ROOT_CANAL, SAFE = "Root canal", "The safe"
NOTED = "The crown hurts."

FIND = ("find_available_slots", both(TUESDAY))
OWN = ("my_appointments", {"full_name": OWN_NAME})
ASKED = {
    "find_available_slots": [
        [FIND],
        [("find_available_slots", {**both(TUESDAY), "service": ROOT_CANAL})],
        [("find_available_slots", both(SUNDAY))],
        [("find_available_slots", both(WEDNESDAY))],  # the neighbour is closed that day
    ],
    "create_appointment": [
        [("create_appointment", {"slot_start": TUESDAY_9})],
        [FIND, ("create_appointment", {"slot_start": TUESDAY_9, "wants_sms": True})],
        [FIND, ("create_appointment", {"slot_start": TUESDAY_930})],
        [FIND, ("create_appointment", {"slot_start": SUNDAY_20})],
    ],
    "my_appointments": [
        [("my_appointments", {"full_name": LEAD["full_name"]})],
        [("my_appointments", both(TUESDAY))],
        [("my_appointments", both(WEDNESDAY))],
        [OWN],
    ],
    "reschedule_appointment": [
        [
            ("my_appointments", {"full_name": LEAD["full_name"]}),
            OWN,
            ("find_available_slots", both(WEDNESDAY)),
            ("reschedule_appointment", {"starts_at": start, "slot_start": WEDNESDAY_9}),
        ]
        for start in (TUESDAY_9, SUNDAY_20, THURSDAY_9)
    ],
    "cancel_appointment": [
        [
            ("my_appointments", {"full_name": LEAD["full_name"]}),
            OWN,
            ("cancel_appointment", {"starts_at": start}),
        ]
        for start in (TUESDAY_9, SUNDAY_20, THURSDAY_9)
    ],
    "update_lead_details": [
        [("update_lead_details", LEAD | {"notes": "as at the neighbour's"})],
        [("update_lead_details", {"callback_phone": NEIGHBOUR_NUMBER})],
    ],
    "take_message": [
        [("take_message", {"text": "What did I leave at the neighbour's?"})],
        [("take_message", {"text": NOTED})],
        [("take_message", {"text": "Ring me.", "callback_phone": ROSAS_PHONE})],
    ],
    "business_facts": [
        [("business_facts", {"topic": topic})] for topic in (SAFE, ROOT_CANAL, ROSA, "hours", "services", "")
    ],
    "transfer_to_human": [
        [("transfer_to_human", {"name": name})] for name in (ROSA, ROSAS_PHONE, NEIGHBOUR_NUMBER, "")
    ],
}
# Keys that no tool has: a model that tries to name a business, a caller or a call.
KEYS = {"business_id": 2, "resource_id": 2, "lead_id": 1, "call_sid": EARLIER_SID, "caller": CALLER}

CASES = [(name, number) for name, asked in ASKED.items() for number in range(len(asked))]


def two_businesses(conn):
    """The one that is rung, and its neighbour. Who rings here has rung both, and has booked for Thursday."""
    businesses.add(conn, name="Salon", number=NUMBER, timezone="Europe/Berlin", language="en")
    businesses.add(conn, name="Dentist", number=NEIGHBOUR_NUMBER, timezone="Europe/Berlin", language="en")
    leads.find_or_create(conn, 1, phone=CALLER, call_sid=EARLIER_SID)
    leads.update_details(conn, 1, 1, full_name=OWN_NAME)
    facts.set_people(conn, 1, [Person(name="Maya", phone="+14155550166")])
    facts.put_fact(conn, 1, topic="Parking", text="behind the house")
    businesses.change(conn, 1, owner_phone="+14155550177")
    calls.begin(conn, 1, call_sid=EARLIER_SID, caller=CALLER, lead_id=1, started_at=SATURDAY_NOON)
    book(conn, 1, THURSDAY_9)


def book(conn, business_id, start, **more):
    starts_at = dt.datetime.fromisoformat(start)
    request = Request(date=starts_at.date(), duration_min=30)
    booking.book(
        conn,
        business_id,
        lead_id=1,
        call_sid=EARLIER_SID,
        starts_at=starts_at,
        request=request,
        now=SATURDAY_NOON,
        **more,
    )


def everything_of_the_neighbour(conn):
    """A row in every table, with the ids that the other's have; and the same call is on the line there."""
    hours = [
        WeeklyHours(weekday=day, opens_minute=8 * 60, closes_minute=22 * 60) for day in (0, 1, 2, 3, 4, 5, 6)
    ]
    schedule.set_weekly_hours(conn, 2, hours)
    evening = DayHours(opens_minute=18 * 60, closes_minute=22 * 60)
    closed = ExceptionDay(date=dt.date(2026, 11, 25), hours=(), note="Closed")
    schedule.set_exception(conn, 2, closed)
    schedule.set_exception(conn, 2, ExceptionDay(date=dt.date(2026, 11, 29), hours=(evening,), note="Late"))
    service = services.add(conn, 2, name=ROOT_CANAL, duration_min=30, price="nine hundred")
    facts.put_fact(conn, 2, topic=SAFE, text="The code is 8-8-1-7.")
    facts.set_people(conn, 2, [Person(name=ROSA, phone=ROSAS_PHONE)])
    businesses.change(conn, 2, owner_phone="+14155550188", rules="Never say the code.")
    lead = leads.find_or_create(conn, 2, phone=CALLER, call_sid=EARLIER_SID)
    leads.update_details(conn, 2, lead.id, **LEAD, notes="Afraid of needles")
    for call_sid in (EARLIER_SID, CALL_SID):
        calls.begin(conn, 2, call_sid=call_sid, caller=CALLER, lead_id=lead.id, started_at=SATURDAY_NOON)
    for start in (TUESDAY_9, SUNDAY_20):
        book(conn, 2, start, service_id=service.id, notes="crown")
    for call_sid, from_minute in ((EARLIER_SID, 9 * 60 + 30), (CALL_SID, 12 * 60)):
        held = Request(date=dt.date(2026, 11, 24), duration_min=30, from_minute=from_minute)
        booking.offer(conn, 2, call_sid=call_sid, request=held, now=SATURDAY_NOON)
    messages.take(conn, 2, lead_id=lead.id, call_sid=CALL_SID, text=NOTED)
    calls.set_transfer(conn, 2, CALL_SID, ROSAS_PHONE)
    proofs.note(conn, 2, CALL_SID, [1])
    wrong_facts.note(conn, 2, CALLER, SATURDAY_NOON.date(), "day")
    calls.flag(conn, 2, CALL_SID, [Flag(kind="said_not_done", said="Booked.", done="")])
    calls.finish(
        conn,
        2,
        call_sid=EARLIER_SID,
        outcome="completed",
        detail="",
        ended_at=SATURDAY_NOON,
        duration_ms=0,
        events=[(0, "greeting", {})],
    )
    outbox.put(
        conn,
        2,
        call_sid=EARLIER_SID,
        kind="to_owner",
        recipient="+14155550188",
        body="A crown.",
        now=SATURDAY_NOON,
    )
    call_settings.put(conn, 2, {"guard_ms": "300"})
    reached.note(conn, business_id=2, setup="5" * 64, now=SATURDAY_NOON, heard=True)
    changes.make(conn, 2, "blocked", "", lambda conn: blocked.add(conn, 2, CALLER), now=SATURDAY_NOON)
    owner = owners.add(conn, email="rosa@example.com", password_hash="$argon2id$x", language="en")
    owners.let_into(conn, owner.id, 2)
    sessions.invite(conn, SATURDAY_NOON, business_id=2)


_VARIES = ("created_at", "updated_at", "token_hash", "feed_token", "after")  # what a change left


def rows_of(conn, business_id):
    """Every row of a business, table by table, without the machine's own time and chance."""
    found = {}
    for table in tables(conn):
        key = "id" if table == "businesses" else "business_id"
        if key not in {row["name"] for row in conn.execute(f"PRAGMA table_info({table})")}:
            continue  # of the file, not of any business
        rows = conn.execute(f"SELECT * FROM {table} WHERE {key} = ? ORDER BY rowid", (business_id,))
        found[table] = [
            {name: value for name, value in dict(row).items() if name not in _VARIES} for row in rows
        ]
    return found


@frozen
class World:
    """What one call to the first business came to."""

    profile: Profile
    results: list[dict]
    own: dict  # the rows of the business that was rung
    neighbour_before: dict
    neighbour_after: dict


async def call(path, asked, *, neighbour):
    async with open_database(path, run_sync=inline) as database:
        await database.write(two_businesses)
        if neighbour:
            await database.write(everything_of_the_neighbour)
        before = await database.read(lambda conn: rows_of(conn, 2))
        business = await database.read(lambda conn: businesses.by_id(conn, 1))
        front = await ring(database, business, Now())
        results = [await front.asks(name, **arguments) for name, arguments in asked]
        await front.office.close_call(RECORD)
        return World(
            profile=front.office.profile,
            results=results,
            own=await database.read(lambda conn: rows_of(conn, 1)),
            neighbour_before=before,
            neighbour_after=await database.read(lambda conn: rows_of(conn, 2)),
        )


async def assert_apart(tmp_path, asked):
    beside = await call(tmp_path / "beside.db", asked, neighbour=True)
    alone = await call(tmp_path / "alone.db", asked, neighbour=False)
    assert beside.neighbour_after == beside.neighbour_before
    assert beside.own == alone.own
    assert beside.results == alone.results
    assert beside.profile == alone.profile
    return beside


@pytest.mark.parametrize(("name", "number"), CASES, ids=[f"{name}-{number}" for name, number in CASES])
async def test_a_tool_neither_tells_nor_changes_anything_of_the_neighbour(tmp_path, name, number):
    world = await assert_apart(tmp_path, ASKED[name][number])
    assert world.own["calls"][-1]["outcome"] == "completed"


@pytest.mark.parametrize("name", ASKED)
async def test_no_tool_takes_the_name_of_a_business_a_caller_or_a_call(tmp_path, name):
    arguments = dict(ASKED[name][0][-1][1])
    asked = [*ASKED[name][0][:-1], *((name, arguments | {key: value}) for key, value in KEYS.items())]
    world = await assert_apart(tmp_path, asked)
    refused = world.results[-len(KEYS) :]
    assert [(result["status"], key in result["say"]) for result, key in zip(refused, KEYS, strict=True)] == [
        ("refused", True)
    ] * len(KEYS)


async def test_every_tool_of_the_office_has_its_cases(database, business):
    front = await ring(database, business, Now())
    assert sorted(tool.name for tool in front.office.tools) == sorted(ASKED)
    assert {name: asked[-1][-1][0] for name, asked in ASKED.items()} == {name: name for name in ASKED}


async def test_the_neighbour_has_something_in_every_table(tmp_path):
    """Else its rows would be equal because there are none."""
    async with open_database(tmp_path / "neighbour.db", run_sync=inline) as database:
        await database.write(two_businesses)
        await database.write(everything_of_the_neighbour)
        rows = await database.read(lambda conn: rows_of(conn, 2))
    assert [table for table, found in rows.items() if not found] == []
    assert len(rows) == 24


async def test_what_the_neighbour_has_is_told_by_the_neighbour(tmp_path):
    """Else nobody could be told of it, and the cases above would prove nothing."""
    async with open_database(tmp_path / "neighbour.db", run_sync=inline) as database:
        await database.write(two_businesses)
        await database.write(everything_of_the_neighbour)
        neighbour = await database.read(lambda conn: businesses.by_id(conn, 2))
        front = await ring(database, neighbour, Now())
        found = await front.asks("my_appointments", full_name=LEAD["full_name"])
        assert [each["starts_at"] for each in found["appointments"]] == [TUESDAY_9, SUNDAY_20]
        assert (await front.asks("cancel_appointment", starts_at=SUNDAY_20))["status"] == "ok"
        assert (await front.asks("business_facts", topic=SAFE))["facts"] != []
        assert (await front.asks("find_available_slots", date_iso=TUESDAY, service=ROOT_CANAL))["slots"]
        assert (await front.asks("transfer_to_human", name=ROSA))["status"] == "ok"
