"""A caller who says it in other words than the owner wrote it gets what they mean, in one call."""

import datetime as dt
from functools import partial

from office.office import open_office
from office.unwritten import Unwritten
from rehearsal.rig import CALL_SID, place
from rehearsal.virtual_time import inline
from simulator.caller import Say, UntilBotQuiet, UntilBotSpeaks, UntilClosed
from simulator.model_script import Call, ModelScript, Reply
from simulator.tones import murmur
from storage import appointments, businesses, facts, schedule, services
from storage.database import open_database
from storage.records import ExceptionDay
from tests.office.front import SATURDAY_NOON, grant
from tests.office.support import NUMBER

HEARD = (UntilBotSpeaks(100), UntilBotQuiet(100))
SAID = (
    "Is there a car park?",
    "A mens cut on Wednesday afternoon, please.",
    "Then Thursday at noon.",
    "Yes, please.",
)
ASKED = (
    Call("business_facts", {"topic": "car park"}),
    Call("find_available_slots", {"date_iso": "Wednesday afternoon", "service": "mens cut"}),
    # What a tool gave is given back, in another zone.
    Call("find_available_slots", {"date_iso": "2026-11-26T06:00:00-05:00", "service": "mens cut"}),
    Call("create_appointment", {"slot_start": "2026-11-26T12:00:00+01:00"}),
)
ANSWERS = (
    "Behind the house.",
    "Wednesday is closed. Thursday the 26th of November at noon?",
    "Thursday the 26th of November at noon is free.",
    "It is booked. Goodbye!",
)


def model():
    replies = [Reply("Salon, how can I help?", murmur(400, pitch=180))]
    for asked, answer in zip(ASKED, ANSWERS, strict=True):
        ends = (Call("end_call"),) if answer is ANSWERS[-1] else ()
        replies += [Reply(calls=(asked,)), Reply(answer, murmur(400, pitch=190), calls=ends)]
    return ModelScript(replies=replies, hears=list(SAID))


def caller():
    turns = [(*HEARD, Say(said, murmur(400, pitch=110 + 10 * turn))) for turn, said in enumerate(SAID)]
    return [step for turn in turns for step in turn] + [UntilClosed()]


def salon(conn):
    business = businesses.add(conn, name="Salon", number=NUMBER, timezone="Europe/Berlin", language="en")
    for name, length in (("Women's haircut", 60), ("Men's haircut", 30)):
        services.add(conn, business.id, name=name, duration_min=length)
    facts.put_fact(conn, business.id, topic="Parking", text="behind the house")
    schedule.set_exception(conn, business.id, ExceptionDay(date=dt.date(2026, 11, 25)))
    return business


async def test_a_caller_finds_what_is_on_file_and_near_in_their_own_words(autojump_clock, tmp_path):
    async with open_database(tmp_path / "frontdesk.db", run_sync=inline) as database:
        business = await database.write(salon)
        office = await open_office(
            database,
            grant(business, call_sid=CALL_SID),
            call_sid=CALL_SID,
            now=lambda: SATURDAY_NOON,
            unwritten=Unwritten(database=database),
        )
        placed = await place(caller(), model(), office=office)
        (made,) = await database.read(
            partial(appointments.for_call, business_id=business.id, call_sid=CALL_SID)
        )

    placed.assert_clean()
    said = [result["say"] for _, result in placed.model.outputs[:4]]
    expected = [
        "Parking: behind the house",
        "We are closed on Wednesday 25 November. The nearest free times are "
        "Tuesday 24 November at 12:00 or 12:30, or Thursday 26 November at 12:00.",
        "These times are free: Thursday 26 November at 12:00.",
        "Booked for Thursday 26 November at 12:00.",
    ]
    assert [answer for answer, result in zip(expected, said, strict=True) if answer not in result] == []
    assert (made.starts_at.isoformat(), made.ends_at - made.starts_at) == (
        "2026-11-26T11:00:00+00:00",
        dt.timedelta(minutes=30),
    )
