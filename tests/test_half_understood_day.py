"""A caller whose day is not understood whole is asked again in the same call, and nothing is held."""

from functools import partial

from office.office import open_office
from office.unwritten import Unwritten
from rehearsal.rig import CALL_SID, place
from rehearsal.virtual_time import inline
from simulator.caller import Say, UntilBotQuiet, UntilBotSpeaks, UntilClosed
from simulator.model_script import Call, ModelScript, Reply
from simulator.tones import murmur
from storage import appointments, businesses
from storage.database import open_database
from tests.office.front import SATURDAY_NOON, TUESDAY_9, both, grant, refused
from tests.office.support import NUMBER

HEARD = (UntilBotSpeaks(100), UntilBotQuiet(100))
EXCLUDES, NAMES, CHOOSES = "Any day but Monday.", "Then the Tuesday, at nine-thirty.", "Yes, please."
GREETING = Reply("Salon, how can I help?", murmur(400, pitch=180))
ASKS = Reply("I did not catch the day. Which day would you like?", murmur(400, pitch=190))
OFFERS = Reply("Half past nine on Tuesday is free.", murmur(400, pitch=190))
BYE = Reply("It is booked. Goodbye!", murmur(400, pitch=200), calls=(Call("end_call"),))


def finds(words):
    return Reply(calls=(Call("find_available_slots", both(words)),))


def model():
    book = Reply(calls=(Call("create_appointment", {"slot_start": TUESDAY_9.replace("08:00", "08:30")}),))
    return ModelScript(
        replies=[
            GREETING,
            finds("any day but Monday"),
            ASKS,
            finds("the Tuesday, at nine-thirty"),
            OFFERS,
            book,
            BYE,
        ],
        hears=[EXCLUDES, NAMES, CHOOSES],
    )


def caller():
    said = (murmur(400), murmur(400, pitch=120), murmur(400, pitch=140))
    turns = [(*HEARD, Say(*turn)) for turn in zip((EXCLUDES, NAMES, CHOOSES), said, strict=True)]
    return [step for turn in turns for step in turn] + [UntilClosed()]


async def test_a_day_that_is_half_understood_is_asked_again_and_then_booked_as_it_is_meant(
    autojump_clock, tmp_path
):
    async with open_database(tmp_path / "frontdesk.db", run_sync=inline) as database:
        add = partial(businesses.add, name="Salon", number=NUMBER, timezone="Europe/Berlin", language="en")
        business = await database.write(add)
        office = await open_office(
            database,
            grant(business, call_sid=CALL_SID),
            call_sid=CALL_SID,
            now=lambda: SATURDAY_NOON,
            unwritten=Unwritten(database=database),
        )
        placed = await place(caller(), model(), office=office)
        made = await database.read(lambda conn: appointments.for_call(conn, business.id, CALL_SID))

    placed.assert_clean()
    results = [result for _, result in placed.model.outputs]
    assert results[0] == refused(ASKS.text)
    assert results[1]["say"] == "These times are free: Tuesday 24 November at 9:30."
    assert [appointment.starts_at.isoformat() for appointment in made] == ["2026-11-24T08:30:00+00:00"]
