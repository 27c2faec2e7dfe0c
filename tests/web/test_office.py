import datetime as dt
import re
from functools import partial

import attrs
import pytest
import trio

from engine import tools
from engine.ports import CallEvent, CallRecord, Profile
from engine.recording import Recording
from engine.settings import DEFAULTS
from engine.tools import Refusal, ToolCall
from storage import appointments, businesses, calls, leads
from storage.errors import WriteFailed
from storage.records import CallEvent as StoredEvent
from storage.records import WeeklyHours
from tests.web.support import CALL_SID, CALLER, NUMBER
from web import recordings
from web.office import (
    CreateAppointment,
    FindAvailableSlots,
    UpdateLeadDetails,
    open_office,
)
from web.tokens import Grant

SATURDAY_NOON = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
TUESDAY = "2026-11-24"
TUESDAY_9 = "2026-11-24T08:00:00Z"  # 9 in Berlin
RECORD = CallRecord(
    outcome="completed",
    detail="the bot said goodbye",
    duration_ms=61_000,
    events=(CallEvent(at_ms=5, kind="greeting", fields={"text": "Shalom, שלום"}),),
)


class Now:
    def __init__(self):
        self.value = SATURDAY_NOON

    def __call__(self):
        return self.value


@pytest.fixture
def now():
    return Now()


def grant(business, caller=CALLER):
    return Grant(call_sid=CALL_SID, business_id=business.id, caller_number=caller, called_number=NUMBER)


@pytest.fixture
async def office(database, business, now):
    return await open_office(database, grant(business), call_sid=CALL_SID, now=now)


class FullDisk:
    """A database that takes no writes for now."""

    def __init__(self, database):
        self._database = database
        self.full = True

    async def read(self, query):
        return await self._database.read(query)

    async def write(self, job):
        if self.full:
            raise WriteFailed("database or disk is full")
        return await self._database.write(job)


async def test_a_full_disk_at_the_start_costs_no_call_and_the_record_is_written_later(
    database, business, now, caplog
):
    disk = FullDisk(database)
    office = await open_office(disk, grant(business), call_sid=CALL_SID, now=now)
    await office.open_call()
    disk.full = False
    await office.close_call(RECORD)
    call = await database.read(partial(calls.get, business_id=business.id, call_sid=CALL_SID))
    assert (call.outcome, call.lead_id, "disk is full" in caplog.text) == ("completed", 1, True)


async def another_call(database, business, now):
    """The office of somebody else who is on the line with the same business."""
    return await open_office(database, grant(business, "+14155550111"), call_sid="CAother", now=now)


def asked(response_id="response_1"):
    return ToolCall(call_id="call_1", response_id=response_id, name="", arguments="{}")


async def find(office, date=TUESDAY, duration_min=None, response_id="response_1"):
    wanted = FindAvailableSlots(date_iso=date, duration_min=duration_min)
    return await office.find_available_slots(wanted, asked(response_id))


async def book(office, slot_start=TUESDAY_9, response_id="response_2", notes=None):
    wanted = CreateAppointment(slot_start=slot_start, notes=notes)
    return await office.create_appointment(wanted, asked(response_id))


async def rows(database, business, call_sid=CALL_SID):
    """The call, its lead and its appointments as they are stored."""

    def read(conn):
        call = calls.get(conn, business.id, call_sid)
        lead = call and leads.get(conn, business.id, call.lead_id)
        return call, lead, appointments.for_call(conn, business.id, call_sid)

    return await database.read(read)


async def test_the_profile_speaks_of_the_businesss_own_day(database, business, now):
    now.value = dt.datetime(2026, 11, 21, 23, 30, tzinfo=dt.UTC)  # half past midnight in Berlin
    office = await open_office(database, grant(business), call_sid=CALL_SID, now=now)

    assert office.profile == Profile(
        name="Salon",
        language="en",
        today="Sunday, 22 November 2026",
        hours="Monday to Friday 9:00 to 17:00, closed on other days",
    )


async def test_every_tool_has_a_declaration_that_names_no_business_and_no_caller(database, business, now):
    office = await open_office(database, grant(business), call_sid=CALL_SID, now=now)
    declared = {
        tool.name: sorted(tools.declaration(tool)["parameters"]["properties"]) for tool in office.tools
    }

    assert declared == {
        "find_available_slots": ["date_iso", "duration_min"],
        "create_appointment": ["notes", "slot_start"],
        "update_lead_details": ["email", "full_name"],
    }


async def test_opening_a_call_notes_the_lead_and_the_call(office, database, business):
    await office.open_call()
    call, lead, booked = await rows(database, business)

    assert (call.caller, call.started_at, call.outcome) == (CALLER, SATURDAY_NOON, None)
    assert (lead.phone, lead.last_call_sid, booked) == (CALLER, CALL_SID, ())


async def test_a_withheld_caller_has_a_lead_without_a_number(database, business, now):
    office = await open_office(database, grant(business, None), call_sid=CALL_SID, now=now)
    await office.open_call()
    await office.update_lead_details(UpdateLeadDetails(full_name="Dana"), asked())
    call, lead, _ = await rows(database, business)

    assert (call.caller, lead.phone, lead.full_name) == (None, None, "Dana")


async def test_closing_a_call_writes_its_record_and_its_account(office, database, business, now):
    await office.open_call()
    now.value += dt.timedelta(seconds=61)
    await office.close_call(RECORD)
    call, _, _ = await rows(database, business)

    assert (call.outcome, call.detail, call.duration_ms) == ("completed", "the bot said goodbye", 61_000)
    assert (call.started_at, call.ended_at) == (SATURDAY_NOON, now.value)
    assert await database.read(lambda conn: calls.events(conn, business.id, CALL_SID)) == (
        StoredEvent(seq=0, at_ms=5, kind="greeting", fields={"text": "Shalom, שלום"}),
    )


@pytest.mark.parametrize("keeps_audio", [True, False])
async def test_a_calls_audio_is_kept_only_if_its_business_wants_it(database, now, tmp_path, keeps_audio):
    add = partial(
        businesses.add,
        name="Other",
        number="+14155550101",
        timezone="Europe/Berlin",
        language="he",
        keeps_audio=keeps_audio,
    )
    folder = tmp_path / "recordings"
    wanted = grant(await database.write(add))
    office = await open_office(database, wanted, call_sid=CALL_SID, now=now, recordings_folder=folder)
    recording = Recording(settings=DEFAULTS)
    recording.heard(20, b"hello")
    await office.close_call(attrs.evolve(RECORD, recording=recording))

    assert office.keeps_audio is keeps_audio
    assert [path.name for path in folder.glob("*")] == [f"{CALL_SID}.jsonl"] * keeps_audio
    if keeps_audio:
        kept = recordings.read(folder / f"{CALL_SID}.jsonl")
        assert (kept.language, kept.events, kept.caller) == ("he", RECORD.events, ((20, b"hello"),))


async def test_a_recording_that_cannot_be_written_costs_no_record(database, now, tmp_path, caplog):
    add = partial(
        businesses.add,
        name="Other",
        number="+14155550101",
        timezone="Europe/Berlin",
        language="en",
        keeps_audio=True,
    )
    (tmp_path / "recordings").write_bytes(b"no folder")
    business = await database.write(add)
    office = await open_office(
        database,
        grant(business),
        call_sid=CALL_SID,
        now=now,
        recordings_folder=tmp_path / "recordings",
    )
    await office.close_call(attrs.evolve(RECORD, recording=Recording(settings=DEFAULTS)))

    call, _, _ = await rows(database, business)
    assert call.outcome == "completed"
    assert f"call {CALL_SID} could not be recorded" in caplog.text


async def test_a_call_that_ends_before_it_was_opened_still_has_its_caller(office, database, business):
    await office.close_call(RECORD)
    call, lead, _ = await rows(database, business)

    assert (call.outcome, call.caller, lead.phone) == ("completed", CALLER, CALLER)


async def test_free_times_come_with_their_instant_and_their_words(office):
    assert await find(office) == {
        "slots": [
            {"slot_start": "2026-11-24T08:00:00Z", "say": "Tuesday 24 November at 9:00"},
            {"slot_start": "2026-11-24T08:30:00Z", "say": "Tuesday 24 November at 9:30"},
            {"slot_start": "2026-11-24T09:00:00Z", "say": "Tuesday 24 November at 10:00"},
        ]
    }


@pytest.mark.parametrize(
    ("date", "say"),
    [
        ("2026-11-22", "We are closed on Sunday."),
        ("2026-11-20", "That day is over."),
        ("2000-01-01", "That day is over."),
        ("2027-06-01", "That is too far ahead, we book at most 60 days ahead."),
        ("2199-12-31", "That is too far ahead, we book at most 60 days ahead."),
    ],
)
async def test_a_day_without_free_times_comes_with_the_reason(office, date, say):
    assert await find(office, date) == {"slots": [], "say": say}


@pytest.mark.parametrize("date", ["", "tomorrow", "2026-13-01", "2026-02-30", "0001-01-01", "9999-12-31"])
async def test_a_date_that_is_none_is_refused_in_words(office, date):
    with pytest.raises(Refusal, match="Which day would you like"):
        await find(office, date)


@pytest.mark.parametrize("duration_min", [-30, 0, 4, 481, 10**18])
async def test_a_duration_that_makes_no_sense_is_refused_in_words(office, duration_min):
    with pytest.raises(Refusal, match="How long do you need"):
        await find(office, duration_min=duration_min)


async def test_an_offered_time_is_booked_for_the_caller(office, database, business):
    await find(office, duration_min=60)

    assert await book(office, notes="Check-up") == {
        "status": "ok",
        "starts_at": TUESDAY_9,
        "say": "Booked for Tuesday 24 November at 9:00.",
    }
    _, lead, (booked,) = await rows(database, business)
    assert (booked.lead_id, booked.notes, booked.status) == (lead.id, "Check-up", "booked")
    assert booked.ends_at - booked.starts_at == dt.timedelta(hours=1)


async def test_booking_the_same_time_twice_is_one_appointment(office, database, business):
    await find(office)

    assert await book(office) == await book(office, response_id="response_3")
    assert len((await rows(database, business))[2]) == 1


@pytest.mark.parametrize(
    "written", ["2026-11-24T08:00:00Z", "2026-11-24T08:00:00+00:00", "2026-11-24T09:00:00+01:00"]
)
async def test_an_instant_may_be_written_in_any_zone(office, written):
    await find(office)

    assert (await book(office, written))["starts_at"] == TUESDAY_9


@pytest.mark.parametrize(
    "slot_start",
    [
        "2026-11-24T10:00:00Z",  # free, but not among those offered
        "2026-11-24T09:00:00",  # no zone
        "Tuesday at nine",
        "",
        "0001-01-01T00:00:00+23:59",
    ],
)
async def test_a_time_that_was_not_offered_is_not_booked(office, database, business, slot_start):
    await find(office)

    with pytest.raises(Refusal, match="not offered that time"):
        await book(office, slot_start)
    assert await rows(database, business) == (None, None, ())


async def test_a_time_offered_in_another_call_is_not_booked(office, database, business, now):
    await find(await another_call(database, business, now))

    with pytest.raises(Refusal, match="not offered that time"):
        await book(office)


async def test_one_response_may_not_both_offer_and_book(office, database, business):
    await find(office, response_id="response_1")

    with pytest.raises(Refusal, match="Does it suit you"):
        await book(office, response_id="response_1")
    assert await rows(database, business) == (None, None, ())


async def test_offering_a_time_again_takes_nothing_back(office):
    await find(office, response_id="response_1")
    await find(office, response_id="response_2")

    assert (await book(office, response_id="response_2"))["status"] == "ok"


async def test_offering_a_time_at_another_length_is_a_new_offer(office):
    await find(office, response_id="response_1")
    await find(office, duration_min=60, response_id="response_2")

    with pytest.raises(Refusal, match="Does it suit you"):
        await book(office, response_id="response_2")


async def test_a_time_that_was_taken_meanwhile_is_refused_with_the_nearest_others(
    office, database, business, now
):
    other = await another_call(database, business, now)
    await find(office)
    await find(other)
    await book(other, "2026-11-24T08:30:00Z")

    with pytest.raises(Refusal) as refused:
        await book(office, "2026-11-24T08:30:00Z")
    assert str(refused.value) == (
        "That time has just been taken. Still free: Tuesday 24 November at 9:00, "
        "or Tuesday 24 November at 10:00, or Tuesday 24 November at 10:30."
    )
    assert (await rows(database, business))[2] == ()


async def test_a_day_that_filled_up_meanwhile_is_refused_with_the_reason(office, database, business, now):
    one_hour = [WeeklyHours(weekday=1, opens_minute=9 * 60, closes_minute=10 * 60)]
    await database.write(lambda conn: businesses.set_weekly_hours(conn, business.id, one_hour))
    other = await another_call(database, business, now)
    await find(office, duration_min=60)
    await find(other, duration_min=60)
    await book(other)

    with pytest.raises(Refusal, match=re.escape("has just been taken, and that day is fully booked.")):
        await book(office)


async def test_two_calls_at_once_get_one_time_once(office, database, business, now, nursery):
    other = await another_call(database, business, now)
    await find(office)
    await find(other)
    results = []

    async def attempt(who):
        try:
            results.append((await book(who))["status"])
        except Refusal:
            results.append("refused")

    async with trio.open_nursery() as both:
        both.start_soon(attempt, office)
        both.start_soon(attempt, other)
    assert sorted(results) == ["ok", "refused"]


async def test_notes_that_are_too_long_are_refused_and_nothing_is_kept(office, database, business):
    await find(office)

    with pytest.raises(Refusal, match="The notes is 2001 characters long"):
        await book(office, notes="x" * 2_001)
    assert await rows(database, business) == (None, None, ())


async def test_the_callers_details_are_noted_and_a_missing_one_stays(office, database, business):
    await office.update_lead_details(UpdateLeadDetails(full_name="Dana Levi"), asked())

    noted = await office.update_lead_details(UpdateLeadDetails(email="dana@example.com"), asked())
    _, lead, _ = await rows(database, business)
    assert noted == {"status": "ok", "say": "Noted."}
    assert (lead.full_name, lead.email) == ("Dana Levi", "dana@example.com")


@pytest.mark.parametrize(
    ("details", "words"),
    [
        (UpdateLeadDetails(), "There was nothing to note. What is your name?"),
        (UpdateLeadDetails(full_name=" "), "The full name is empty."),
        (
            UpdateLeadDetails(email="dana at example"),
            "The email is not a mail address; it should look like name@example.com.",
        ),
    ],
)
async def test_details_that_cannot_be_kept_are_refused_in_words(office, details, words):
    with pytest.raises(Refusal) as refused:
        await office.update_lead_details(details, asked())

    assert str(refused.value) == words


async def test_a_tool_does_not_wait_for_the_call_to_be_opened(office, database, business):
    await office.update_lead_details(UpdateLeadDetails(full_name="Dana"), asked())
    await office.open_call()

    assert (await rows(database, business))[1].full_name == "Dana"


async def test_a_tool_run_by_the_engine_answers_with_its_result(office):
    call = ToolCall(
        call_id="call_1",
        response_id="response_1",
        name="find_available_slots",
        arguments='{"date_iso":"2026-11-22"}',
    )
    output = await tools.run(office.tools[0], call, deadline_ms=5_000)

    assert (output.status, output.result) == ("ok", {"slots": [], "say": "We are closed on Sunday."})


async def test_a_business_that_is_gone_has_no_office(database, now):
    gone = Grant(call_sid=CALL_SID, business_id=99, caller_number=None, called_number=NUMBER)

    with pytest.raises(LookupError, match="business 99 is gone"):
        await open_office(database, gone, call_sid=CALL_SID, now=now)


async def test_two_businesses_share_no_time(office, database, now):
    add = partial(
        businesses.add, name="Other", number="+14155550101", timezone="Europe/Berlin", language="en"
    )
    other = await another_call(database, await database.write(add), now)
    await find(office)
    await find(other)

    assert (await book(office))["status"] == (await book(other))["status"] == "ok"
