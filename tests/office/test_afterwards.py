import datetime as dt
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from attrs import define

from office import afterwards
from office.language import spoken
from storage import businesses, calls, leads, messages, outbox, services
from tests.office.support import CALL_SID, CALLER, NUMBER

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)  # 13:00 in Berlin
OWNER = "+14155550177"
DAY = dt.timedelta(days=1)


@define
class Desk:
    """The rows of a business, written as its calls write them."""

    conn: object
    business: object

    @classmethod
    def open(cls, conn, business_id, **fields):
        return cls(conn, businesses.change(conn, business_id, owner_phone=OWNER, **fields))

    def call(self, call_sid=CALL_SID, caller=CALLER, started_at=NOON, **more):
        lead = leads.find_or_create(self.conn, self.business.id, phone=caller, call_sid=call_sid)
        calls.begin(
            self.conn,
            self.business.id,
            call_sid=call_sid,
            caller=caller,
            lead_id=lead.id,
            started_at=started_at,
            **more,
        )
        return lead

    def appointment(self, lead, *, days=1, call_sid=CALL_SID, sms=False, status="booked", **more):
        """A row as booking leaves it; its rules are no matter here."""
        start = NOON + days * DAY
        end = start + dt.timedelta(minutes=30)
        row = {
            "business_id": self.business.id,
            "id": days,
            "resource_id": 1,
            "lead_id": lead.id,
            "call_sid": call_sid,
            "starts_at": start.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "ends_at": end.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "busy_start": start.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "busy_end": end.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "status": status,
            "wants_sms": sms,
            **more,
        }
        names = ", ".join(row)
        marks = ", ".join(f":{name}" for name in row)
        self.conn.execute(f"INSERT INTO appointments ({names}) VALUES ({marks})", row)
        return days

    def message(self, lead, text, call_sid=CALL_SID):
        messages.take(self.conn, self.business.id, lead_id=lead.id, call_sid=call_sid, text=text)

    def end(self, *events, call_sid=CALL_SID, outcome="completed", now=NOON):
        calls.finish(
            self.conn,
            self.business.id,
            call_sid=call_sid,
            outcome=outcome,
            detail="",
            ended_at=now,
            duration_ms=1_000,
            events=[(0, kind, fields) for kind, fields in events],
        )
        self.put(call_sid, now)

    def put(self, call_sid=CALL_SID, now=NOON):
        afterwards.put(self.conn, self.business, call_sid, now)

    @property
    def left(self):
        """Kind, recipient and body of what is to be sent."""
        rows = self.conn.execute("SELECT kind, recipient, body FROM outbox ORDER BY id")
        return [tuple(row) for row in rows]

    def due(self, now):
        return [outgoing.kind for outgoing in outbox.due(self.conn, now, limit=10)]


@pytest.fixture
async def writing(database, business):
    """Runs what is given a desk in one job of the writer, and returns what it returns."""

    async def run(job, **fields):
        return await database.write(lambda conn: job(Desk.open(conn, business.id, **fields)))

    return run


def moved(number, was, to):
    fields = {
        "appointment_id": number,
        "starts_at": (NOON + was * DAY).isoformat(),
        "to": (NOON + to * DAY).isoformat(),
    }
    return afterwards.MOVED, fields


def cancelled(number, was):
    return afterwards.CANCELLED, {"appointment_id": number, "starts_at": (NOON + was * DAY).isoformat()}


def told(*lines, number=CALLER, **more):
    """The message to the owner with these lines, each the name of a sentence and what stands in it."""
    who = spoken.Who(number=number, **more)
    return spoken.to_owner("en", "Salon", who, [spoken.say("en", name, **fields) for name, fields in lines])


def line(name, **fields):
    return name, fields


def confirmed(days, name="sms_booked"):
    """The message to the caller about the appointment on that day, at one o'clock in Berlin."""
    wall = (NOON + days * DAY).replace(hour=13, tzinfo=ZoneInfo("Europe/Berlin"))
    return spoken.to_caller("en", name, business="Salon", number=NUMBER, wall=wall)


TUESDAY, WEDNESDAY, THURSDAY = (
    spoken.plain_when("en", NOON.replace(day=day, hour=13)) for day in (24, 25, 26)
)


async def test_a_call_that_left_nothing_tells_nobody(writing):
    def job(desk):
        desk.call()
        desk.end()
        desk.put("CAunknown")
        return desk.left

    assert await writing(job) == []


async def test_the_owner_is_told_all_of_a_call_in_one_message(writing):
    def job(desk):
        lead = desk.call()
        leads.update_details(desk.conn, desk.business.id, lead.id, full_name="Ada")
        service = services.add(desk.conn, desk.business.id, name="cut", duration_min=30)
        desk.appointment(lead, days=1, service_id=service.id, notes="short")
        desk.appointment(lead, days=2)
        desk.message(lead, "Is there\nparking?")
        desk.end()
        return desk.left

    body = told(
        line("owner_booked_for", when=TUESDAY, what="cut, short"),
        line("owner_booked", when=WEDNESDAY),
        line("owner_message", text="Is there parking?"),
        name="Ada",
    )
    assert await writing(job) == [("to_owner", OWNER, body)]


async def test_the_owner_is_told_what_was_moved_and_cancelled_from_first_to_last(writing):
    def job(desk):
        lead = desk.call("CAearlier")
        for days in (3, 9):
            desk.appointment(lead, days=days, call_sid="CAearlier")
        desk.end(call_sid="CAearlier")
        desk.conn.execute("DELETE FROM outbox")
        desk.call()
        desk.end(
            moved(9, 1, 2), moved(9, 2, 3), moved(5, 1, 2), cancelled(5, 2), moved(6, 1, 2), moved(6, 2, 1)
        )
        return desk.left

    body = told(line("owner_moved", old=TUESDAY, new=THURSDAY), line("owner_cancelled", when=TUESDAY))
    assert await writing(job) == [("to_owner", OWNER, body)]


async def test_what_a_call_made_and_changed_is_told_as_it_is_in_the_end(writing):
    def job(desk):
        lead = desk.call()
        desk.appointment(lead, days=2, sms=True)
        desk.appointment(lead, days=3, sms=True, status="cancelled")
        desk.end(moved(2, 1, 2), cancelled(3, 3))
        return desk.left

    assert await writing(job) == [
        ("to_owner", OWNER, told(line("owner_booked", when=WEDNESDAY))),
        ("confirmation", CALLER, confirmed(2)),
    ]


async def test_the_caller_is_confirmed_each_appointment_they_wanted_to_be(writing):
    def job(desk):
        lead = desk.call("CAearlier")
        desk.appointment(lead, days=3, call_sid="CAearlier", sms=True)
        desk.appointment(lead, days=4, call_sid="CAearlier", sms=True)
        desk.end(call_sid="CAearlier")
        desk.conn.execute("DELETE FROM outbox")
        desk.call()
        desk.appointment(lead, days=1, sms=True)
        desk.appointment(lead, days=2)
        desk.end(moved(3, 2, 3))
        return [(recipient, body) for kind, recipient, body in desk.left if kind == "confirmation"]

    assert await writing(job) == [
        (CALLER, confirmed(1)),
        (CALLER, confirmed(3, "sms_moved")),
    ]


async def test_nothing_goes_to_a_number_that_was_only_said(writing):
    def job(desk):
        lead = desk.call(caller=None)
        said = "+14155550166"
        leads.update_details(desk.conn, desk.business.id, lead.id, callback_phone=said)
        desk.appointment(lead, sms=True)
        desk.end()
        return desk.left

    body = told(line("owner_booked", when=TUESDAY), number=None, callback="+14155550166")
    assert await writing(job) == [("to_owner", OWNER, body)]


async def test_an_owner_without_a_number_is_not_told_and_the_caller_still_is(writing):
    def job(desk):
        desk.business = businesses.change(desk.conn, desk.business.id, owner_phone=None)
        desk.appointment(desk.call(), sms=True)
        desk.end()
        return [kind for kind, *_ in desk.left]

    assert await writing(job) == ["confirmation"]


async def test_words_are_the_businesss(writing):
    def job(desk):
        lead = desk.call()
        desk.message(lead, "שלום")
        desk.appointment(lead, sms=True)
        desk.end()
        return [body for *_, body in desk.left]

    owner, caller = await writing(job, language="he")
    assert owner.endswith("שלום")
    assert "לכם" in caller


async def test_a_message_is_never_too_long_to_be_sent(writing):
    def job(desk):
        lead = desk.call()
        for n in range(5):
            desk.message(lead, f"{n} " + "x" * 900)
        desk.end()
        return [len(body) for *_, body in desk.left]

    (length,) = await writing(job)
    assert 1_000 < length <= 1_600


async def test_putting_it_twice_changes_nothing(writing):
    def job(desk):
        lead = desk.call()
        desk.message(lead, "Hello")
        desk.appointment(lead, sms=True)
        desk.end()
        first = desk.left
        desk.put(now=NOON + DAY)
        return first, desk.left, desk.due(NOON + 2 * DAY)

    first, second, due = await writing(job)
    assert (len(first), second, due) == (2, first, ["to_owner", "confirmation"])


async def test_what_has_been_sent_is_not_sent_again(writing):
    def job(desk):
        desk.message(desk.call(), "Hello")
        desk.end()
        (outgoing,) = outbox.due(desk.conn, NOON, limit=10)
        outbox.sent(desk.conn, desk.business.id, outgoing.id)
        desk.put()
        return len(desk.left), desk.due(NOON + DAY)

    assert await writing(job) == (1, [])


async def test_after_a_transfer_nothing_is_due_before_its_caller_can_have_hung_up(writing):
    def job(desk):
        desk.message(desk.call(), "Hello")
        desk.end(outcome="transferred")
        minutes = (0, 30, 60, 62)
        return [desk.due(NOON + dt.timedelta(minutes=number)) for number in minutes]

    assert await writing(job) == [[], [], [], ["to_owner"]]


@pytest.mark.parametrize("status", [*sorted(calls.DIAL_STATUSES), None])
async def test_what_a_transferred_call_left_is_due_as_soon_as_it_is_over(writing, status):
    def job(desk):
        desk.message(desk.call(), "Hello")
        desk.end(outcome="transferred")
        calls.set_transfer(desk.conn, desk.business.id, CALL_SID, OWNER)
        over = NOON + dt.timedelta(minutes=3)
        afterwards.transfer_over(desk.conn, CALL_SID, status, over)
        afterwards.transfer_over(desk.conn, "CAunknown", status, over)
        return desk.due(over), len(desk.left), calls.get(desk.conn, desk.business.id, CALL_SID).dial_status

    assert await writing(job) == (["to_owner"], 1, status)


async def test_of_a_caller_who_is_sent_back_to_the_bot_nothing_is_due_until_they_are_back_or_gone(writing):
    def job(desk):
        desk.message(desk.call(), "Hello")
        calls.set_transfer(desk.conn, desk.business.id, CALL_SID, OWNER)
        desk.end(outcome="transferred")
        afterwards.transfer_over(desk.conn, CALL_SID, "no-answer", NOON, back=True)
        return [desk.due(NOON + dt.timedelta(seconds=number)) for number in (0, 59, 60)]

    assert await writing(job) == [[], [], ["to_owner"]]


async def test_a_transfer_that_is_over_before_its_record_is_written_is_told_with_it(writing):
    def job(desk):
        desk.message(desk.call(), "Hello")
        calls.set_transfer(desk.conn, desk.business.id, CALL_SID, OWNER)
        afterwards.transfer_over(desk.conn, CALL_SID, "canceled", NOON)
        before = desk.due(NOON + DAY)
        desk.end(outcome="transferred")
        return before, desk.due(NOON)

    assert await writing(job) == ([], ["to_owner"])


async def test_nothing_is_due_while_a_caller_whose_line_broke_can_still_come_back(writing):
    def job(desk):
        desk.message(desk.call(), "Hello")
        desk.end(outcome="carrier_lost")
        return [desk.due(NOON + dt.timedelta(seconds=number)) for number in (0, 59, 60)]

    assert await writing(job) == [[], [], ["to_owner"]]


@pytest.mark.parametrize("outcome", ["transferred", "carrier_lost"])
async def test_a_call_that_comes_back_is_told_as_one(writing, outcome):
    def job(desk):
        lead = desk.call()
        desk.message(lead, "first")
        desk.end(outcome=outcome)
        desk.call(started_at=NOON + dt.timedelta(seconds=30), again=True)
        desk.message(lead, "second")
        afterwards.transfer_over(
            desk.conn, CALL_SID, None, NOON
        )  # a webhook that comes late: the call is live
        live = desk.due(NOON + DAY)
        desk.end()
        return live, desk.left, desk.due(NOON)

    live, left, due = await writing(job)
    assert (live, due) == ([], ["to_owner"])
    assert left == [
        ("to_owner", OWNER, told(line("owner_message", text="first"), line("owner_message", text="second")))
    ]


async def test_what_a_dead_process_left_is_told_by_the_next_one(writing):
    def job(desk):
        for n, age in enumerate((dt.timedelta(minutes=5), 2 * DAY)):
            call_sid = f"CA{n}"
            lead = desk.call(call_sid, started_at=NOON - age)
            desk.message(lead, f"message {n}", call_sid)
            desk.appointment(lead, days=n + 1, call_sid=call_sid, sms=True)
        calls.close_abandoned(desk.conn)
        afterwards.put_of_interrupted(desk.conn, NOON)
        afterwards.put_of_interrupted(desk.conn, NOON)
        return desk.left, desk.due(NOON)

    left, due = await writing(job)
    assert left == [
        (
            "to_owner",
            OWNER,
            told(line("owner_booked", when=TUESDAY), line("owner_message", text="message 0")),
        ),
        ("confirmation", CALLER, confirmed(1)),
    ]
    assert due == ["to_owner", "confirmation"]


async def test_of_an_interrupted_call_the_texts_go_out_once_however_often_the_server_starts(writing):
    def job(desk):
        call_sid = "CA1"
        lead = desk.call(call_sid)
        desk.message(lead, "Please ring back.", call_sid)
        calls.close_abandoned(desk.conn)
        afterwards.put_of_interrupted(desk.conn, NOON)
        outbox.sent(desk.conn, desk.business.id, 1)
        businesses.change(desk.conn, desk.business.id, name="Salon Two")  # other words from now on
        afterwards.put_of_interrupted(desk.conn, NOON)
        return [row["status"] for row in desk.conn.execute("SELECT status FROM outbox")]

    assert await writing(job) == ["sent"]


async def test_another_businesss_call_of_the_same_sid_is_none_of_its_matters(database, writing):
    add = partial(
        businesses.add, name="Other", number="+14155550101", timezone="Europe/Berlin", language="en"
    )
    other = await database.write(add)

    def job(desk):
        theirs = Desk.open(desk.conn, other.id)
        theirs.message(theirs.call(), "theirs")
        desk.call()
        desk.end()
        return desk.left

    assert await writing(job) == []


# Test calls.


def tried(desk):
    """A test call that leaves an appointment and a message."""
    lead = leads.find_or_create(desk.conn, desk.business.id, phone=None, call_sid=CALL_SID, source="test")
    begun = {"caller": None, "lead_id": lead.id, "started_at": NOON, "test": True}
    calls.begin(desk.conn, desk.business.id, call_sid=CALL_SID, **begun)
    desk.appointment(lead, sms=True)
    desk.message(lead, "Please ring back.")


@pytest.mark.parametrize("outcome", ["completed", "transferred"])
async def test_of_a_test_call_nobody_is_told(writing, outcome):
    def job(desk):
        tried(desk)
        desk.end(moved(2, 2, 3), cancelled(3, 3), outcome=outcome)
        return desk.left, desk.due(NOON + DAY)

    assert await writing(job) == ([], [])


async def test_of_a_test_call_that_the_process_left_nobody_is_told(writing):
    def job(desk):
        tried(desk)
        calls.close_abandoned(desk.conn)
        afterwards.put_of_interrupted(desk.conn, NOON)
        return desk.left

    assert await writing(job) == []
