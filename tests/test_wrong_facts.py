"""Who cannot name their appointment is not let on by ringing again that day, and is let on by the right fact.

Each test is a whole call on a real file, under the virtual clock, or two of one number.
"""

import datetime as dt

from engine.outcome import Outcome
from office.office import open_office
from office.unwritten import Unwritten
from rehearsal.rig import place
from simulator.caller import Say, UntilClosed
from simulator.model_script import Call, ModelScript, Reply
from simulator.tones import murmur
from storage import businesses, messages
from tests.office.front import SATURDAY_NOON, grant, refused
from tests.office.test_bookings import NO_MATCH, NO_MORE, NO_NAMES
from tests.office.test_tool_tenants import OWN_NAME, THURSDAY_9
from tests.test_hostile_model import GREETING, HEARD, asks, opened

ASKS = "I would like to cancel my appointment."
BYE = Reply("I will tell them. Goodbye!", murmur(400, pitch=200), calls=(Call("end_call"),))
FOUND = {
    "appointments": [
        {"starts_at": THURSDAY_9, "duration_min": 30, "say": "Thursday 26 November at 9:00"},
    ],
    "say": "I have you down for Thursday 26 November at 9:00.",
}


def name(full_name):
    return Call("my_appointments", {"full_name": full_name})


def day(date):
    return Call("my_appointments", {"date_iso": date})


async def call(database, call_sid, *asked, now=SATURDAY_NOON):
    """What the tools answered in one call of the number, in which each of these was asked for."""
    business = await database.read(lambda conn: businesses.by_id(conn, 1))
    office = await open_office(
        database,
        grant(business, call_sid=call_sid),
        call_sid=call_sid,
        now=lambda: now,
        unwritten=Unwritten(database=database),
    )
    model = ModelScript(replies=[GREETING, *map(asks, asked), BYE], hears=[ASKS])
    script = [*HEARD, Say(ASKS, murmur(400)), UntilClosed()]
    placed = await place(script, model, office=office)
    placed.assert_clean()
    assert placed.outcome is Outcome.COMPLETED
    return [result for _, result in placed.model.outputs][:-1]


async def test_ringing_again_does_not_help_that_day_and_the_next_day_does(tmp_path, autojump_clock):
    async with opened(tmp_path / "facts.db") as database:
        first = await call(database, "CAfirst", day("2026-11-24"), name("Ada"), day("2026-11-25"))
        message = Call("take_message", {"text": "Please cancel my appointment."})
        second = await call(database, "CAsecond", day("2026-11-27"), day(THURSDAY_9), name(OWN_NAME), message)
        left = await database.read(lambda conn: messages.of_call(conn, 1, "CAsecond"))
        tomorrow = SATURDAY_NOON + dt.timedelta(days=1)
        third = await call(database, "CAthird", day(THURSDAY_9), now=tomorrow)
    assert first == [NO_MATCH, NO_MATCH, NO_NAMES]
    assert [*second[:3], second[3]["status"]] == [NO_MORE, NO_MORE, NO_MORE, "ok"]
    assert [each.text for each in left] == ["Please cancel my appointment."]
    assert third == [FOUND]


async def test_the_right_person_is_let_on_after_a_name_that_was_misheard(tmp_path, autojump_clock):
    first, last = OWN_NAME.split()
    spelt = f"Mrs. {'-'.join(last)}, {first.upper()}"
    cancel = Call("cancel_appointment", {"starts_at": THURSDAY_9})
    async with opened(tmp_path / "facts.db") as database:
        answers = await call(database, "CAfirst", name("Ida Loveless"), name("unknown"), name(spelt), cancel)
    assert answers[:3] == [
        NO_MATCH,
        refused("To be sure, under which name is the appointment, or on which day?"),
        FOUND,
    ]
    assert answers[3]["say"] == "The appointment for Thursday 26 November at 9:00 is cancelled."
