"""The office as the engine meets it: its facts, its tools, and what a call leaves behind."""

import datetime as dt
import logging
import threading
from functools import partial

import attrs
import pytest
import trio
import trio.testing

from engine import tools
from engine.outcome import Outcome
from engine.ports import Back, CallRecord, Profile
from engine.recording import Recording
from engine.settings import DEFAULTS
from office import recordings
from office.grant import Grant
from office.language import spoken
from office.office import open_office
from office.unwritten import Unwritten
from rehearsal.virtual_time import inline
from storage import (
    appointments,
    booking,
    businesses,
    call_settings,
    calls,
    erasure,
    facts,
    holds,
    leads,
    messages,
    outbox,
    schedule,
    services,
)
from storage.database import open_database
from storage.records import EventRow, ExceptionDay, Flag, Person
from tests.office.accounts import stored
from tests.office.front import SATURDAY_NOON, TUESDAY_9, TUESDAY_930, Front, Now, grant, ring
from tests.office.full_disk import FullDisk
from tests.office.support import CALL_SID, CALLER, NUMBER

RECORD = CallRecord(
    outcome="completed",
    detail="the bot said goodbye",
    duration_ms=61_000,
    events=stored((5, "greeting", {"text": "Shalom, שלום"})),
)


@pytest.fixture
def now():
    return Now()


@pytest.fixture
async def front(database, business, now):
    return await ring(database, business, now)


def said(text, *more):
    fields = {"text": text, "unheard": "", "heard_ms": 900, "audio_ms": 900}
    return attrs.evolve(RECORD, events=stored((5, "bot_said", fields), *more))


async def test_the_profile_is_the_businesss_own_at_this_hour(database, business, now):
    now.value = dt.datetime(2026, 11, 21, 23, 30, tzinfo=dt.UTC)  # half past midnight in Berlin

    def describe(conn):
        businesses.change(conn, business.id, trade="a hair salon", greeting="Salon, hi!", rules="No prices.")
        businesses.change(conn, business.id, notice="This call is recorded.")
        services.add(conn, business.id, name="Haircut", duration_min=45)
        facts.put_fact(conn, business.id, topic="Parking", text="behind the house")
        facts.set_people(conn, business.id, [Person(name="Maya", phone="+4930123456")])
        leads.find_or_create(conn, business.id, phone=CALLER, call_sid="CAearlier")

    await database.write(describe)
    office = (await ring(database, business, now)).office

    assert office.profile == Profile(
        name="Salon",
        language="en",
        now="Sunday 22 November 2026, 0:30",
        calendar=spoken.calendar("en", dt.date(2026, 11, 22), 35),
        hours="Monday to Friday 9:00 to 17:00, closed on other days",
        trade="a hair salon",
        greeting="Salon, hi!",
        notice="This call is recorded.",
        services=("Haircut, 45 minutes",),
        facts=("Parking: behind the house",),
        more_facts="There is more than fits here: ask business_facts.",
        rules="No prices.",
        people=("Maya",),
        keywords=("Maya", "Haircut"),
        caller="the number +1 415-555-0199, which has rung before",
    )


async def test_the_voice_knows_the_dates_that_differ_of_the_next_week(database, business, now):
    for date in (dt.date(2026, 11, 28), dt.date(2026, 11, 29)):  # it is the 21st
        differing = partial(schedule.set_exception, business_id=business.id, day=ExceptionDay(date=date))
        await database.write(differing)
    hours = (await ring(database, business, now)).office.profile.hours
    assert hours.endswith("Different on these days: Saturday 28 November closed")


SAID_BEFORE = [
    (900, "bot_said", {"text": "Salon, hi!", "unheard": ""}),
    (4_000, "user_said", {"text": "A {cut} on Tuesday, please."}),
    (4_500, "tool_called", {"name": "find_available_slots", "call_id": "c"}),
    (9_000, "bot_said", {"text": "", "unheard": "At nine?"}),
]
BROKE = attrs.evolve(RECORD, outcome="carrier_lost", events=stored(*SAID_BEFORE))


@pytest.mark.parametrize(
    ("language", "before"),
    [
        (
            "en",
            (
                "You: Salon, hi!",
                "Caller: A {cut} on Tuesday, please.",
                "Booked in this call already: Tuesday 24 November at 9:00",
            ),
        ),
        (
            "he",
            (
                "אמרת: Salon, hi!",
                "נאמר לך: A {cut} on Tuesday, please.",
                "כבר נקבע בשיחה הזאת: יום שלישי, 24 בנובמבר, בשעה 9:00",
            ),
        ),
    ],
)
async def test_a_call_that_was_cut_off_knows_what_was_said_and_booked_before(
    database, business, now, language, before
):
    business = await database.write(lambda conn: businesses.change(conn, business.id, language=language))
    front = await ring(database, business, now)
    await front.finds()
    await front.books()
    await front.office.close_call(BROKE)

    kept = Unwritten(database=database)
    opened = partial(open_office, database, call_sid=CALL_SID, now=now, unwritten=kept)
    back = await opened(grant(business, back=Back.CUT_OFF))
    assert (back.profile.back, back.profile.before) == (Back.CUT_OFF, before)
    unanswered = await opened(grant(business, back=Back.UNANSWERED))
    assert (unanswered.profile.back, unanswered.profile.before) == (Back.UNANSWERED, ())
    other = await opened(grant(business, call_sid="CAother", back=Back.CUT_OFF))
    assert other.profile.before == ()


async def test_what_a_cut_off_call_was_offered_is_free_until_it_is_looked_up_again(database, business, now):
    front = await ring(database, business, now)
    await front.finds()
    await front.office.close_call(BROKE)

    assert await database.read(lambda conn: conn.execute("SELECT * FROM holds").fetchall()) == []
    back = await ring(database, business, now, back=Back.CUT_OFF)
    assert (await back.books())["status"] == "refused"
    await back.finds()
    assert (await back.books())["status"] == "ok"
    await back.office.close_call(RECORD)
    call, _, booked = await back.rows()
    assert (call.outcome, len(booked)) == ("completed", 1)


async def test_every_tool_has_a_declaration_that_names_no_business_and_no_caller(database, business, now):
    office = (await ring(database, business, now)).office
    declared = {
        tool.name: sorted(tools.declaration(tool)["parameters"]["properties"]) for tool in office.tools
    }
    assert declared == {
        "find_available_slots": [
            "date_iso",
            "duration_min",
            "from",
            "moving",
            "part",
            "said",
            "service",
            "until",
        ],
        "create_appointment": ["notes", "slot_start", "wants_sms"],
        "my_appointments": ["date_iso", "full_name", "said"],
        "reschedule_appointment": ["slot_start", "starts_at"],
        "cancel_appointment": ["starts_at"],
        "update_lead_details": ["callback_phone", "email", "full_name", "notes"],
        "take_message": ["callback_phone", "text"],
        "business_facts": ["topic"],
        "transfer_to_human": ["name"],
    }


async def test_a_caller_who_interrupts_stops_only_what_looks(front):  # noqa: ASYNC124 (the fixture is)
    assert {tool.name for tool in front.office.tools if tool.interruptible} == {
        "find_available_slots",
        "my_appointments",
        "business_facts",
    }


async def test_a_time_needs_a_yes_and_a_transfer_ends_the_call(front):  # noqa: ASYNC124 (the fixture is)
    needing = {tool.name for tool in front.office.tools if tool.needs_answer}
    ending = {tool.name: tool.ends_call for tool in front.office.tools if tool.ends_call is not None}
    assert needing == {"create_appointment", "reschedule_appointment"}
    assert ending == {"transfer_to_human": Outcome.TRANSFERRED}


async def attended(front):
    """The office has begun to attend to its call."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(front.office.attend)
        await trio.testing.wait_all_tasks_blocked()  # its first job is in the writer's queue,
        await front.does(leads.every)  # and done before this one
        nursery.cancel_scope.cancel()


async def test_attending_notes_the_lead_and_the_call(front):
    await attended(front)
    call, lead, booked = await front.rows()
    assert (call.caller, call.started_at, call.outcome) == (CALLER, SATURDAY_NOON, None)
    assert (lead.phone, lead.last_call_sid, booked) == (CALLER, CALL_SID, ())


async def test_a_withheld_caller_has_a_lead_without_a_number(database, business, now):
    nobody = await ring(database, business, now, caller=None)
    await nobody.asks("update_lead_details", full_name="Dana")
    call, lead, _ = await nobody.rows()
    assert (call.caller, lead.phone, lead.full_name) == (None, None, "Dana")


async def test_two_calls_of_one_number_at_once_make_one_lead(database, business, now):
    fronts = [await ring(database, business, now, call_sid=f"CA{n}") for n in range(2)]
    async with trio.open_nursery() as both:
        for front in fronts:
            both.start_soon(partial(front.asks, "update_lead_details", full_name="Dana"))
    assert len(await fronts[0].does(leads.every)) == 1


async def test_a_full_disk_at_the_start_costs_no_call_and_the_record_is_written_later(
    database, business, now, caplog, nursery
):
    disk = FullDisk(database)
    front = await ring(disk, business, now)
    nursery.start_soon(front.office.attend)
    await trio.testing.wait_all_tasks_blocked()
    assert "disk is full" in caplog.text
    disk.full = False
    await front.office.close_call(RECORD)
    call, lead, _ = await front.rows()
    assert (call.outcome, call.lead_id) == ("completed", lead.id)
    nursery.cancel_scope.cancel()


async def test_closing_a_call_writes_its_record_and_its_account(front, now):
    await attended(front)
    now.value += dt.timedelta(seconds=61)
    await front.office.close_call(RECORD)
    call, _, _ = await front.rows()
    assert (call.outcome, call.detail, call.duration_ms) == ("completed", "the bot said goodbye", 61_000)
    assert (call.started_at, call.ended_at) == (SATURDAY_NOON, now.value)
    assert await front.does(calls.events, CALL_SID) == (
        EventRow(seq=0, at_ms=5, kind="greeting", fields={"text": "Shalom, שלום"}),
    )


async def test_what_a_call_held_ends_with_it(front, database, business, now):
    await front.finds()
    await front.office.close_call(RECORD)
    assert await database.read(lambda conn: conn.execute("SELECT count(*) FROM holds").fetchone()[0]) == 0


async def test_what_a_call_holds_is_its_own_for_as_long_as_it_lives(tmp_path, autojump_clock):
    add = partial(businesses.add, name="Salon", number=NUMBER, timezone="Europe/Berlin", language="en")

    def now():
        return SATURDAY_NOON + dt.timedelta(seconds=trio.current_time())

    async with open_database(tmp_path / "frontdesk.db", run_sync=inline) as database:
        business = await database.write(add)
        front = await ring(database, business, now)
        other = await ring(database, business, now, call_sid="CAother", caller="+14155550111")
        async with trio.open_nursery() as nursery:
            nursery.start_soon(front.office.attend)
            await front.finds()
            await trio.sleep(10 * holds.HOLD_S)
            while_it_lives = (await other.finds())["slots"][0]["slot_start"]
            nursery.cancel_scope.cancel()
        await trio.sleep(holds.HOLD_S)
        assert (while_it_lives, (await other.finds())["slots"][0]["slot_start"]) == (
            "2026-11-24T09:30:00Z",
            TUESDAY_9,
        )


async def test_a_call_that_ends_before_it_began_still_has_its_caller(front):
    await front.office.close_call(RECORD)
    call, lead, _ = await front.rows()
    assert (call.outcome, call.caller, lead.phone) == ("completed", CALLER, CALLER)


async def test_a_claim_without_a_row_is_flagged_with_both(front):
    await front.finds()
    await front.office.close_call(said("Great, you are booked for Tuesday at nine."))
    assert await front.does(calls.flags, CALL_SID) == (
        Flag(kind="said_not_done", said="Great, you are booked for Tuesday at nine.", done=""),
    )


async def test_a_claim_with_its_row_is_not_flagged(front):
    await front.finds()
    await front.books()
    heard = (9, "outputs_heard", {"call_ids": ["call_1"]})
    await front.office.close_call(said("You are booked for Tuesday at nine.", heard))
    assert await front.does(calls.flags, CALL_SID) == ()
    assert [booked.confirmed_heard for booked in (await front.rows())[2]] == [True]


async def test_what_its_owner_moved_during_the_call_is_confirmed_to_nobody(front, now):
    await front.finds()
    await front.books()
    to = dt.datetime.fromisoformat(TUESDAY_930)
    await front.does(booking.move_for_owner, 1, to=to, now=now())
    heard = (9, "outputs_heard", {"call_ids": ["call_1"]})
    await front.office.close_call(said("You are booked for Tuesday at nine.", heard))
    assert [(made.starts_at, made.confirmed_heard) for made in (await front.rows())[2]] == [(to, False)]
    assert await front.does(calls.flags, CALL_SID) == (
        Flag(kind="confirmation_not_heard", said="", done=TUESDAY_930),
    )


async def test_what_was_booked_and_then_moved_was_true_when_it_was_said(front):
    await front.finds()
    await front.books()
    await front.finds("2026-11-25")
    await front.asks("reschedule_appointment", starts_at=TUESDAY_9, slot_start="2026-11-25T08:00:00Z")
    await front.office.close_call(said("You are booked for Tuesday at nine."))
    assert [flag.kind for flag in await front.does(calls.flags, CALL_SID)] == ["confirmation_not_heard"]


CUT_OFF_IN = {"outcome": "carrier_lost", "duration_ms": 2_000}


async def test_a_call_that_comes_back_keeps_the_flags_of_its_first_stream(front, database, business, now):
    claim, first = "You are booked for Tuesday at nine.", "You are booked for Wednesday at nine."
    await front.office.close_call(attrs.evolve(said(first), **CUT_OFF_IN))
    back = await ring(database, business, now, back=Back.CUT_OFF)
    await back.office.close_call(said(claim))
    assert await front.does(calls.flags, CALL_SID) == tuple(
        Flag(kind="said_not_done", said=text, done="") for text in (first, claim)
    )


async def test_what_was_claimed_and_is_done_once_the_caller_is_back_is_flagged_no_more(
    front, database, business, now
):
    await front.office.close_call(attrs.evolve(said("You are booked for Tuesday at nine."), **CUT_OFF_IN))
    back = await ring(database, business, now, back=Back.CUT_OFF)
    await back.finds()
    await back.books()
    heard = (9, "outputs_heard", {"call_ids": ["call_1"]})
    await back.office.close_call(said("Done.", heard))
    assert await front.does(calls.flags, CALL_SID) == ()


async def test_what_was_true_when_it_was_said_is_not_flagged_once_the_caller_is_back(
    front, database, business, now
):
    await front.finds()
    await front.books()
    await front.finds("2026-11-25")
    await front.asks("reschedule_appointment", starts_at=TUESDAY_9, slot_start="2026-11-25T08:00:00Z")
    await front.office.close_call(attrs.evolve(said("You are booked for Tuesday at nine."), **CUT_OFF_IN))
    back = await ring(database, business, now, back=Back.CUT_OFF)
    await back.office.close_call(RECORD)
    assert [flag.kind for flag in await front.does(calls.flags, CALL_SID)] == ["confirmation_not_heard"]


async def test_a_booking_whose_confirmation_was_not_heard_stays_and_is_flagged(front):
    await front.finds()
    await front.books()
    await front.office.close_call(RECORD)
    assert await front.does(calls.flags, CALL_SID) == (
        Flag(kind="confirmation_not_heard", said="", done=TUESDAY_9),
    )
    assert [(made.status, made.confirmed_heard) for made in (await front.rows())[2]] == [("booked", False)]


async def test_what_is_to_be_told_is_in_the_outbox_once_the_record_is_written(front, now):
    await front.does(businesses.change, owner_phone="+4915112345678")
    await front.finds()
    await front.books(wants_sms=True)
    before = await front.database.read(lambda conn: outbox.due(conn, now(), 9))
    await front.office.close_call(RECORD)
    told = await front.database.read(lambda conn: outbox.due(conn, now(), 9))
    assert (before, [(each.kind, each.recipient) for each in told]) == (
        (),
        [("to_owner", "+4915112345678"), ("confirmation", CALLER)],
    )


async def test_who_gets_no_texts_any_more_as_the_call_ends_is_told_nothing(front):
    await front.does(businesses.change, owner_phone="+4915112345678")
    late = await ring(front.database, front.business, Now())
    await late.asks("take_message", text="Ring me.")
    await front.does(businesses.change, owner_phone=None)
    await late.office.close_call(RECORD)
    assert await front.database.read(lambda conn: conn.execute("SELECT * FROM outbox").fetchall()) == []


# What goes along with the record, and the table without which it can't be written.
LEFTOVERS = {
    "what it held": "holds",
    "what was heard": "appointments",
    "what is wrong with it": "call_flags",
    "what is to be told": "outbox",
}


@pytest.mark.parametrize(("what", "table"), LEFTOVERS.items())
async def test_what_goes_along_with_a_record_and_cannot_be_written_costs_nothing_else(
    front, business, caplog, what, table
):
    await front.does(businesses.change, owner_phone="+4915112345678")
    await front.asks("take_message", text="Ring me.")
    await front.finds()
    await front.books()
    heard = (9, "outputs_heard", {"call_ids": ["call_2"]})
    await front.database.write(lambda conn: conn.execute(f"DROP TABLE {table}") and None)
    await front.office.close_call(said("You are booked for Friday at nine.", heard))

    call = await front.does(calls.get, CALL_SID)
    assert (call.outcome, [event.kind for event in await front.does(calls.events, CALL_SID)]) == (
        "completed",
        ["bot_said", "outputs_heard"],
    )
    assert f"call {CALL_SID}: {what} is not written" in caplog.messages
    if table == "call_flags":
        due = await front.database.read(lambda conn: outbox.due(conn, SATURDAY_NOON, 9))
        assert [each.kind for each in due] == ["to_owner"]


async def test_an_account_that_cannot_be_kept_costs_no_record(front, caplog):
    await front.asks("take_message", text="Ring me.")
    await front.office.close_call(said("half a sign: \ud800"))
    call, _, _ = await front.rows()
    assert (call.outcome, await front.does(calls.events, CALL_SID)) == ("completed", ())
    assert f"call {CALL_SID}: its account is not written" in caplog.messages


@pytest.mark.parametrize("keeps_audio", [True, False])
async def test_a_calls_audio_is_kept_if_its_business_wants_it(database, business, now, tmp_path, keeps_audio):
    await database.write(lambda conn: businesses.change(conn, business.id, keeps_audio=keeps_audio))
    folder = tmp_path / "recordings"
    front = await ring(database, business, now, recordings_folder=folder)
    recording = Recording(settings=DEFAULTS)
    recording.begin(-1_000)
    recording.heard(20, b"hello")
    await front.office.close_call(attrs.evolve(RECORD, recording=recording))

    assert front.office.settings(DEFAULTS).keep_audio is keeps_audio
    assert [path.name for path in folder.glob("*")] == [f"{CALL_SID}.jsonl"] * keeps_audio
    if keeps_audio:
        kept = recordings.read(folder / f"{CALL_SID}.jsonl")
        assert (kept.language, kept.events, kept.caller) == ("en", RECORD.events, ((20, b"hello"),))


async def test_a_recording_that_is_switched_off_in_a_live_call_is_not_kept(
    database, business, now, tmp_path, caplog
):
    caplog.set_level(logging.INFO, "office.office")
    await database.write(lambda conn: businesses.change(conn, business.id, keeps_audio=True))
    front = await ring(database, business, now, recordings_folder=tmp_path / "recordings")
    recording = Recording(settings=DEFAULTS)
    recording.begin(-1_000)
    recording.heard(20, b"hello")
    await front.does(businesses.change, keeps_audio=False)
    await front.office.close_call(attrs.evolve(RECORD, recording=recording))

    assert not (tmp_path / "recordings").exists()
    assert (await front.rows())[0].outcome == "completed"
    assert caplog.messages == [f"call {CALL_SID} is not kept: recording has been switched off"]


async def test_no_recording_is_left_of_a_call_that_is_erased_between_its_record_and_its_file(
    database, business, now, tmp_path
):
    await database.write(lambda conn: businesses.change(conn, business.id, keeps_audio=True))
    front = await ring(database, business, now, recordings_folder=tmp_path / "recordings")
    recording = Recording(settings=DEFAULTS)
    recording.begin(-1_000)
    recording.heard(20, b"hello")
    busy = threading.Event()
    await database.ask(lambda conn: busy.wait(5))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(front.office.close_call, attrs.evolve(RECORD, recording=recording))
        await trio.testing.wait_all_tasks_blocked()
        await database.ask(lambda conn: erasure.erase_caller(conn, business.id, CALLER))
        busy.set()
    assert (await front.rows())[0] is None
    assert [*(tmp_path / "recordings").glob("*")] == []


async def test_one_that_is_switched_on_in_a_live_call_is_not_begun(database, business, now, tmp_path):
    front = await ring(database, business, now, recordings_folder=tmp_path / "recordings")
    await front.does(businesses.change, keeps_audio=True)
    recording = Recording(settings=DEFAULTS)
    recording.begin(-1_000)
    recording.heard(20, b"hello")
    await front.office.close_call(attrs.evolve(RECORD, recording=recording))

    assert not (tmp_path / "recordings").exists()  # its caller heard that nothing is recorded


async def test_a_call_behaves_as_its_business_wants(database, business, now, caplog):
    kept = {"barge_in_min_ms": "300", "guard": "1", "speech_on": "7"}
    await database.write(lambda conn: call_settings.put(conn, business.id, kept))
    front = await ring(database, business, now)
    base = attrs.evolve(DEFAULTS, silence_ms=9_000)

    assert front.office.settings(base) == attrs.evolve(base, barge_in_min_ms=300)
    assert [record.getMessage() for record in caplog.records] == [
        f"call {CALL_SID}: business {business.id}: setting left out: guard: there is no such setting; "
        "did you mean guard_ms?",
        f"call {CALL_SID}: business {business.id}: setting left out: speech_on: must be between 0 and 0.99; "
        "otherwise nobody would ever be heard",
    ]


async def test_a_recording_that_cannot_be_written_costs_no_record(database, business, now, tmp_path, caplog):
    await database.write(lambda conn: businesses.change(conn, business.id, keeps_audio=True))
    (tmp_path / "recordings").write_bytes(b"no folder")
    front = await ring(database, business, now, recordings_folder=tmp_path / "recordings")
    recording = Recording(settings=DEFAULTS)
    recording.begin(-1_000)
    recording.heard(20, b"hello")
    await front.office.close_call(attrs.evolve(RECORD, recording=recording))
    assert (await front.rows())[0].outcome == "completed"
    assert f"call {CALL_SID} could not be recorded" in caplog.text


async def test_a_business_that_is_gone_has_no_office(database, now):
    gone = Grant(call_sid=CALL_SID, business_id=99, caller_number=None)
    with pytest.raises(LookupError, match="business 99 is gone"):
        await open_office(database, gone, call_sid=CALL_SID, now=now, unwritten=Unwritten(database=database))


async def test_two_businesses_share_no_time(front, database, now):
    add = partial(
        businesses.add, name="Other", number="+14155550101", timezone="Europe/Berlin", language="en"
    )
    other = await ring(database, await database.write(add), now, call_sid="CAother")
    for one in (front, other):
        await one.finds()
        assert (await one.books())["status"] == "ok"


# Test calls: an owner tries the receptionist.


@pytest.fixture(params=[None, CALLER])
async def trying(database, business, now, request):
    """A test call without a number, as the pages make it, or with a caller's; the owner gets messages."""
    change = partial(businesses.change, business_id=business.id, owner_phone="+4915112345678")
    granted = grant(await database.write(change), request.param, "CAtest", test=True)
    unwritten = Unwritten(database=database)
    office = await open_office(database, granted, call_sid="CAtest", now=now, unwritten=unwritten)
    return Front(office, database, business, "CAtest")


async def test_a_test_call_is_a_call_in_every_way_but_counts_for_nothing(trying, database, now):
    await trying.finds()
    assert (await trying.books(wants_sms=True))["status"] == "ok"
    await trying.asks("update_lead_details", full_name="Somebody", callback_phone="+14155550144")
    assert (await trying.asks("take_message", text="Please ring back."))["status"] == "ok"
    heard = (9, "outputs_heard", {"call_ids": ["call_1"]})
    await trying.office.close_call(said("You are booked for Tuesday at nine.", heard))

    call, lead, made = await trying.rows()
    assert (call.test, call.outcome, lead.source, lead.full_name) == (True, "completed", "test", "Somebody")
    assert [(each.test, each.status, each.confirmed_heard) for each in made] == [(True, "booked", True)]
    assert await trying.does(calls.flags, "CAtest") == ()
    assert await trying.does(calls.recent, 9) == (call,)
    assert [each.text for each in await trying.does(messages.of_call, "CAtest")] == ["Please ring back."]
    lists = {
        "callers": await trying.does(leads.every),
        "calendar": await trying.does(appointments.between, now(), now() + dt.timedelta(days=60)),
        "messages": await trying.does(messages.waiting),
        "outbox": await database.read(lambda conn: conn.execute("SELECT * FROM outbox").fetchall()),
    }
    assert lists == {"callers": (), "calendar": (), "messages": (), "outbox": []}
    assert await trying.does(erasure.erase_tests) == ("CAtest",)
    assert await trying.does(calls.recent, 9) == ()


async def test_a_booking_of_a_test_call_that_nobody_heard_of_is_flagged(trying):
    await trying.finds()
    await trying.books()
    await trying.office.close_call(said("You are booked for Friday at nine."))
    flags = await trying.does(calls.flags, "CAtest")
    assert [flag.kind for flag in flags] == ["said_not_done", "confirmation_not_heard"]


async def test_a_caller_is_offered_and_books_what_a_test_call_found_and_booked(trying, front):
    found = await trying.finds()
    await trying.books()
    assert await front.finds() == found
    assert (await front.books())["status"] == "ok"
    assert [made.test for made in (await front.rows())[2]] == [False]


async def test_a_test_call_is_not_offered_what_a_caller_booked(trying, front):
    await front.finds()
    await front.books()
    slots = (await trying.finds())["slots"]
    assert (slots[0]["slot_start"], len(slots)) == (TUESDAY_930, 3)


@pytest.mark.parametrize("trying", [None], indirect=True)
async def test_what_is_booked_in_a_test_call_can_be_moved_and_cancelled_in_it(trying):
    await trying.finds()
    await trying.books()
    await trying.finds("2026-11-25")
    wednesday_9 = "2026-11-25T08:00:00Z"
    moved = await trying.asks("reschedule_appointment", starts_at=TUESDAY_9, slot_start=wednesday_9)
    assert (moved["status"], moved["starts_at"]) == ("ok", wednesday_9)
    assert (await trying.asks("cancel_appointment", starts_at=wednesday_9))["status"] == "ok"
    assert [(made.test, made.status) for made in (await trying.rows())[2]] == [(True, "cancelled")]


@pytest.mark.parametrize("trying", [CALLER], indirect=True)
async def test_a_test_call_changes_nothing_of_the_caller_whose_number_it_shows(trying, front):
    await front.asks("update_lead_details", full_name="Dana")
    await front.finds()
    await front.books()
    before = await front.rows()
    await trying.asks("update_lead_details", full_name="Mallory")
    await trying.asks("my_appointments", full_name="Dana")
    assert (await trying.asks("cancel_appointment", starts_at=TUESDAY_9))["status"] == "refused"
    await trying.office.close_call(RECORD)
    assert await front.rows() == before
