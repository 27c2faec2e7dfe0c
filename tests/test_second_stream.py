"""Whole calls in two streams: booked in the first, put through in vain, and changed in the second."""

from functools import partial

from engine.outcome import Outcome
from engine.ports import Back
from office.grant import Grant
from office.office import open_office
from office.unwritten import Unwritten
from rehearsal.rig import CALL_SID, place
from rehearsal.virtual_time import inline
from simulator.caller import HangUp, Say, UntilBotQuiet, UntilBotSpeaks, UntilClosed
from simulator.model_script import Call, ModelScript, Reply
from simulator.tones import murmur
from storage import appointments, businesses, calls, facts
from storage.database import open_database
from storage.records import Person
from tests.booking import GREETING, MONDAY, NOW, first_slot
from tests.office.front import both
from tests.office.support import NUMBER

MONDAY_9 = "2026-11-23T08:00:00Z"
_HEARD = (UntilBotSpeaks(100), UntilBotQuiet(100))
BOOKS = ["Monday, please.", "At nine.", "And I would like to speak to Rosa."]
CANCELS = ["Then cancel what I booked.", "Yes, please."]


def says(text):
    return Reply(text, murmur(300, pitch=190))


def caller(said, *last):
    return [*(step for text in said for step in (*_HEARD, Say(text, murmur(320, pitch=120)))), *last]


def model(*replies, hears):
    return ModelScript(replies=replies, hears=hears)


FIRST = model(
    GREETING,
    Reply(calls=(Call("find_available_slots", both(MONDAY)),)),
    says("I have nine or ten."),
    Reply(calls=(Call("create_appointment", first_slot),)),
    says("You are booked for Monday at nine."),
    Reply(calls=(Call("transfer_to_human", {"name": "Rosa"}),)),
    says("I am putting you through."),
    hears=BOOKS,
)
SECOND = model(
    says("I'm sorry, nobody could take your call. Can I help?"),
    Reply(calls=(Call("my_appointments", {}),)),
    says("Monday at nine. Shall I cancel it?"),
    Reply(calls=(Call("cancel_appointment", {"starts_at": MONDAY_9}),)),
    says("It is cancelled."),
    hears=CANCELS,
)


def prepare(conn):
    businesses.add(conn, name="Salon", number=NUMBER, timezone="Europe/Berlin", language="en", notice=None)
    facts.set_people(conn, 1, [Person(name="Rosa", phone="+14155550144")])


async def test_who_withholds_the_number_and_is_back_from_a_transfer_can_cancel_what_they_booked(
    tmp_path, autojump_clock
):
    async with open_database(tmp_path / "frontdesk.db", run_sync=inline) as database:
        await database.write(prepare)
        opened = partial(
            open_office,
            database,
            call_sid=CALL_SID,
            now=lambda: NOW,
            unwritten=Unwritten(database=database),
        )
        who = {"call_sid": CALL_SID, "business_id": 1, "caller_number": None}
        streams = [
            await place(caller(BOOKS, UntilClosed()), FIRST, office=await opened(Grant(**who))),
            await place(
                caller(CANCELS, *_HEARD, HangUp()),
                SECOND,
                office=await opened(Grant(**who, back=Back.UNANSWERED)),
            ),
        ]
        made = await database.read(lambda conn: appointments.for_call(conn, 1, CALL_SID))
        flags = await database.read(lambda conn: calls.flags(conn, 1, CALL_SID))
    for placed in streams:
        placed.assert_clean()
    assert [placed.outcome for placed in streams] == [Outcome.TRANSFERRED, Outcome.CALLER_HUNG_UP]
    answers = [answer["status"] for placed in streams for answer in placed.of("tool_answered")]
    assert answers == ["ok"] * 5
    assert [(f"{each.starts_at:%FT%TZ}", each.status) for each in made] == [(MONDAY_9, "cancelled")]
    assert flags == ()
