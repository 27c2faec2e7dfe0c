"""find_available_slots and create_appointment."""

import datetime as dt
from functools import partial

import pytest
import trio
from attrs import evolve

from storage import businesses, schedule, services
from storage.records import DayHours, ExceptionDay, WeeklyHours
from tests.office.front import TUESDAY, TUESDAY_9, TUESDAY_930, Now, refused, ring
from tests.office.test_instants import SPELLINGS

OTHER = {"caller": "+14155550111", "call_sid": "CAother"}


@pytest.fixture
def now():
    return Now()


@pytest.fixture
async def front(database, business, now):
    return await ring(database, business, now)


@pytest.fixture
async def other(database, business, now):
    """Somebody else who is on the line with the same business."""
    return await ring(database, business, now, **OTHER)


async def speaking(front, database, business, now, language):
    """The same caller, with the business in that language."""
    await front.does(lambda conn, number: businesses.change(conn, number, language=language))
    return await ring(database, await database.read(lambda conn: businesses.by_id(conn, business.id)), now)


async def test_free_times_come_with_their_instant_and_their_words(front):
    assert await front.finds() == {
        "slots": [
            {"slot_start": TUESDAY_9, "say": "Tuesday 24 November at 9:00"},
            {"slot_start": TUESDAY_930, "say": "Tuesday 24 November at 9:30"},
            {"slot_start": "2026-11-24T09:00:00Z", "say": "Tuesday 24 November at 10:00"},
        ],
        "say": "These times are free: Tuesday 24 November at 9:00, 9:30 or 10:00.",
    }


async def test_the_callers_own_words_for_a_day_are_understood_in_the_businesss_zone(front, now):
    now.value = dt.datetime(2026, 11, 22, 23, 30, tzinfo=dt.UTC)  # Monday, half past midnight in Berlin
    found = await front.finds("tomorrow afternoon")
    assert found["slots"][0] == {
        "slot_start": "2026-11-24T11:00:00Z",
        "say": "tomorrow, Tuesday 24 November at 12:00",
    }


async def test_a_closed_day_comes_with_the_reason_and_the_nearest_times(front):
    found = await front.finds("2026-11-22")
    assert [slot["slot_start"] for slot in found["slots"]] == [
        "2026-11-23T08:00:00Z",
        "2026-11-23T08:30:00Z",
        "2026-11-23T09:00:00Z",
    ]
    assert found["say"] == (
        "We are closed on Sunday. The nearest free times are Monday 23 November at 9:00, 9:30 or 10:00."
    )


@pytest.mark.parametrize(
    ("language", "wish", "say"),
    [
        (
            "en",
            "Wednesday afternoon",
            "We are closed on Wednesday 25 November. The nearest free times are "
            "Tuesday 24 November at 12:00 or 12:30, or Thursday 26 November at 12:00.",
        ),
        (
            "he",
            "יום רביעי אחר הצהריים",
            "אנחנו סגורים ביום רביעי, 25 בנובמבר. השעות הפנויות הקרובות ביותר: "
            "יום שלישי, 24 בנובמבר, בשעה 12:00 או 12:30, או יום חמישי, 26 בנובמבר, בשעה 12:00.",
        ),
    ],
)
async def test_the_nearest_lie_before_and_after_the_wish_in_the_same_part_of_the_day(
    front, database, business, now, language, wish, say
):
    await front.does(schedule.set_exception, ExceptionDay(date=dt.date(2026, 11, 25)))
    assert (await (await speaking(front, database, business, now, language)).finds(wish))["say"] == say


@pytest.mark.parametrize(
    ("language", "reason"),
    [
        ("en", "We are closed on Thursday 24 December. We open again on Monday 4 January 2027 at 9:00."),
        (
            "he",
            "אנחנו סגורים ביום חמישי, 24 בדצמבר. נפתח שוב ביום שני, 4 בינואר 2027 בשעה 9:00.",
        ),
    ],
)
async def test_a_closed_day_says_when_the_next_open_one_is_if_nothing_is_free_on_it(
    front, other, database, business, now, language, reason
):
    for day in range(24, 35):  # over the holidays
        await front.does(
            schedule.set_exception, ExceptionDay(date=dt.date(2026, 12, 1) + dt.timedelta(day - 1))
        )
    now.value = dt.datetime(2026, 12, 22, 20, tzinfo=dt.UTC)
    await other.finds("2027-01-04", duration_min=480)
    await other.books("2027-01-04T08:00:00Z")
    said = (await (await speaking(front, database, business, now, language)).finds("2026-12-24"))["say"]
    assert said.startswith(reason)


async def test_a_full_part_of_the_day_is_not_called_a_full_day(front, other):
    await other.finds("Tuesday at 11:00")
    await other.books("2026-11-24T10:00:00Z")
    assert (await front.finds("Tuesday at 11:00"))["say"] == (
        "There's nothing left at that time on Tuesday 24 November. "
        "The nearest free times are Tuesday 24 November at 10:00, 10:30 or 11:30."
    )


async def test_a_last_start_that_has_passed_today_is_not_named(front, now):
    now.value = dt.datetime(2026, 11, 24, 15, 45, tzinfo=dt.UTC)  # a quarter to five in Berlin
    assert (await front.finds("today at 19:00"))["say"].startswith(
        "We close at 17:00 today. The nearest free times are tomorrow, Wednesday 25 November"
    )


@pytest.mark.parametrize("day", ["today", "today at ten"])
async def test_who_asks_for_today_when_it_is_over_is_told_of_tomorrow(front, now, day):
    now.value = dt.datetime(2026, 11, 24, 18, tzinfo=dt.UTC)
    assert (await front.finds(day))["say"].startswith(
        "That time has passed already. The nearest free times are tomorrow, Wednesday 25 November at "
    )


@pytest.mark.parametrize(
    ("date", "say"),
    [
        ("2026-11-20", "That time has passed already."),
        ("2000-01-01", "That time has passed already."),
        ("2027-06-01", "That is too far ahead, we book at most 60 days ahead."),
        ("2199-12-31", "That is too far ahead, we book at most 60 days ahead."),
    ],
)
async def test_a_day_that_cannot_be_booked_comes_with_the_reason_alone(front, date, say):
    assert await front.finds(date) == {"slots": [], "say": say}


@pytest.mark.parametrize("date", ["", "soonish", "2026-13-01", "2026-02-30", "9999-99-99"])
async def test_a_day_that_is_none_is_refused_in_words(front, date):
    assert await front.finds(date) == refused("I did not catch the day. Which day would you like?")


@pytest.mark.parametrize(
    "date",
    [
        "not Tuesday",
        "any day but Tuesday",
        "before Friday",
        "Tuesday after Thanksgiving",
        "every Tuesday",
        "Tuesday at ten to twelve",
        "end of next week",
        "my birthday at three",
        "Tuesday at nine or Wednesday at ten",
        "2026-11-24 at 15:00 EST",
    ],
)
async def test_words_that_are_not_understood_whole_are_asked_again_and_nothing_is_held(front, other, date):
    assert await front.finds(date) == refused("I did not catch the day. Which day would you like?")
    assert (await other.finds())["slots"][0]["slot_start"] == TUESDAY_9


@pytest.mark.parametrize("written", SPELLINGS)
async def test_a_slot_start_given_back_is_that_very_slot_however_it_is_written(front, written):
    found = await front.finds(written)
    assert [slot["slot_start"] for slot in found["slots"]] == [TUESDAY_930]
    assert (await front.books(written))["starts_at"] == TUESDAY_930


@pytest.mark.parametrize(
    ("zone", "starts_at"),
    [
        ("Asia/Kolkata", "2026-11-24T18:30:00Z"),  # the 25th there, at midnight
        ("America/Sao_Paulo", "2026-11-25T02:30:00Z"),  # still the 24th there
        ("Pacific/Auckland", "2026-11-24T20:00:00Z"),  # the 25th
    ],
)
async def test_a_slot_start_is_an_instant_also_where_the_date_is_another(
    front, database, business, now, zone, starts_at
):
    all_day = [WeeklyHours(weekday=day, opens_minute=0, closes_minute=1440) for day in range(7)]
    await front.does(schedule.set_weekly_hours, all_day)
    there = evolve(business, timezone=zone)
    change = "UPDATE businesses SET timezone = ? WHERE id = ?"
    await front.does(lambda conn, business_id: conn.execute(change, (zone, business_id)))
    far = await ring(database, there, now)
    assert [slot["slot_start"] for slot in (await far.finds(starts_at))["slots"]] == [starts_at]


async def test_a_slot_start_that_is_taken_comes_with_the_nearest_on_both_sides(front, other):
    await other.finds("Tuesday at 11:00")
    await other.books("2026-11-24T10:00:00Z")
    found = await front.finds("2026-11-24T11:00:00+01:00")
    assert [slot["slot_start"][11:16] for slot in found["slots"]] == ["09:00", "09:30", "10:30"]


@pytest.mark.parametrize(
    ("language", "wish", "say"),
    [
        (
            "en",
            "Tuesday at seven",
            "We open at 9:00 on Tuesday 24 November. "
            "The nearest free times are Tuesday 24 November at 9:00, 9:30 or 10:00.",
        ),
        (
            "en",
            "Tuesday at half past six in the evening",
            "We close at 17:00 on Tuesday 24 November. The latest we can start is 16:30. "
            "The nearest free times are Tuesday 24 November at 15:30, 16:00 or 16:30.",
        ),
        (
            "he",
            "ביום שלישי בשבע בבוקר",
            "ביום שלישי, 24 בנובמבר אנחנו פותחים בשעה 9:00. "
            "השעות הפנויות הקרובות ביותר: יום שלישי, 24 בנובמבר, בשעה 9:00, 9:30 או 10:00.",
        ),
        (
            "he",
            "ביום שלישי בשש וחצי בערב",
            "ביום שלישי, 24 בנובמבר אנחנו סוגרים בשעה 17:00. התור האחרון מתחיל בשעה 16:30. "
            "השעות הפנויות הקרובות ביותר: יום שלישי, 24 בנובמבר, בשעה 15:30, 16:00 או 16:30.",
        ),
    ],
)
async def test_outside_the_hours_the_caller_hears_them_and_what_is_free(
    front, database, business, now, language, wish, say
):
    assert (await (await speaking(front, database, business, now, language)).finds(wish))["say"] == say


async def test_in_the_break_the_caller_hears_from_when_until_when(front):
    tuesday = dt.date.fromisoformat(TUESDAY)
    hours = tuple(DayHours(opens_minute=a * 60, closes_minute=b * 60) for a, b in ((9, 12), (13, 17)))
    await front.does(schedule.set_exception, ExceptionDay(date=tuesday, hours=hours))
    assert (await front.finds("Tuesday at half past twelve"))["say"].startswith(
        "We are closed from 12:00 to 13:00 on Tuesday 24 November."
    )


async def test_an_hour_is_taken_at_the_half_of_the_day_in_which_the_business_is_open(
    front, database, business, now
):
    evenings = [WeeklyHours(weekday=day, opens_minute=720, closes_minute=1200) for day in range(5)]
    await front.does(schedule.set_weekly_hours, evenings)
    for wish in ("Tuesday at seven", "Tuesday, seven o'clock", "ביום שלישי בשבע"):
        language = "he" if wish.startswith("ב") else "en"
        (slot,) = (await (await speaking(front, database, business, now, language)).finds(wish))["slots"]
        assert slot["slot_start"] == "2026-11-24T18:00:00Z"  # 19:00 in Berlin
    front = await speaking(front, database, business, now, "en")
    morning = (DayHours(opens_minute=420, closes_minute=660),)
    await front.does(schedule.set_exception, ExceptionDay(date=dt.date.fromisoformat(TUESDAY), hours=morning))
    assert (await front.finds("Tuesday at seven"))["say"] == (
        "These times are free: Tuesday 24 November at 7:00."
    )


@pytest.mark.parametrize("duration_min", [-30, 0, 4, 481, 10**18])
async def test_a_duration_that_makes_no_sense_is_refused_in_words(front, duration_min):
    found = await front.finds(duration_min=duration_min)
    assert found == refused("An appointment takes 5 minutes to 8 hours. How long do you need?")


async def test_hours_changed_and_dates_excepted_count_from_the_next_question_on(front):
    await front.does(schedule.set_weekly_hours, [WeeklyHours(weekday=1, opens_minute=600, closes_minute=660)])
    assert [slot["say"] for slot in (await front.finds(duration_min=60))["slots"]] == [
        "Tuesday 24 November at 10:00"
    ]
    tuesday = dt.date.fromisoformat(TUESDAY)
    longer = ExceptionDay(date=tuesday, hours=(DayHours(opens_minute=480, closes_minute=540),))
    await front.does(schedule.set_exception, longer)
    assert [slot["say"] for slot in (await front.finds(duration_min=60))["slots"]] == [
        "Tuesday 24 November at 8:00"
    ]
    await front.does(schedule.set_exception, ExceptionDay(date=tuesday))
    assert (await front.finds(duration_min=60))["say"].startswith("We are closed on Tuesday 24 November.")


async def test_a_service_decides_how_long_and_keeps_its_buffers_free(front, other):
    await front.does(services.add, name="Check-up", duration_min=30)
    await front.does(
        services.add, name="Root canal", duration_min=60, buffer_before_min=30, buffer_after_min=30
    )
    await front.finds(service="root canal")
    booked = await front.books("2026-11-24T09:00:00Z", notes="Tooth")
    (appointment,) = (await front.rows())[2]
    found = await other.finds(service="Check-up")
    assert booked["status"] == "ok"
    assert (appointment.ends_at - appointment.starts_at, appointment.service_id) == (dt.timedelta(hours=1), 2)
    assert [slot["slot_start"][11:16] for slot in found["slots"]] == ["08:00", "10:30", "11:00"]


async def test_a_business_with_services_asks_which_one(front):
    await front.does(services.add, name="Check-up", duration_min=30)
    assert len((await front.finds())["slots"]) == 3  # there is only one
    await front.does(services.add, name="Cleaning", duration_min=45)
    asked = refused("What is the appointment for? You can book: Check-up and Cleaning.")
    assert await front.finds() == asked


async def test_a_service_that_is_not_found_is_not_denied_and_of_several_it_is_asked_which(front):
    for name in ("Check-up", "Children's check-up", "Root canal (molar)"):
        await front.does(services.add, name=name, duration_min=30)
    assert await front.finds(service="Hair") == refused(
        "I'm not sure which one you mean. You can book: Check-up, Children's check-up and Root canal (molar)."
    )
    assert await front.finds(service="wisdom canal") == refused("Do you mean Root canal (molar)?")
    await front.does(services.add, name="Root canal (incisor)", duration_min=60)
    assert await front.finds(service="root canal") == refused(
        "Do you mean Root canal (molar) or Root canal (incisor)?"
    )


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("root canal", "Root canal (molar)"),
        ("mens haircut", "Men's haircut"),
        ("color and cut", "Cut and colour"),
    ],
)
async def test_a_service_is_booked_by_what_the_caller_calls_it(front, said, name):
    for length, offered in enumerate(
        ("Check-up", "Root canal (molar)", "Men's haircut", "Cut and colour"), 1
    ):
        await front.does(services.add, name=offered, duration_min=15 * length)
    await front.finds(service=said)
    await front.books()
    (appointment,) = (await front.rows())[2]
    (booked,) = await front.does(lambda conn, number: (services.get(conn, number, appointment.service_id),))
    assert booked.name == name


async def test_an_offered_time_is_booked_for_the_caller(front):
    await front.finds(duration_min=60)
    assert await front.books(notes="Check-up") == {
        "status": "ok",
        "starts_at": TUESDAY_9,
        "say": "Booked for Tuesday 24 November at 9:00.",
    }
    _, lead, (booked,) = await front.rows()
    assert (booked.lead_id, booked.notes, booked.status) == (lead.id, "Check-up", "booked")
    assert booked.ends_at - booked.starts_at == dt.timedelta(hours=1)


async def test_booking_the_same_time_twice_is_one_appointment(front):
    await front.finds()
    first, again = await front.books(), await front.books()
    assert (first["status"], again["say"]) == ("ok", "That is booked already: Tuesday 24 November at 9:00.")
    assert len((await front.rows())[2]) == 1


@pytest.mark.parametrize("written", [TUESDAY_9, "2026-11-24T08:00:00+00:00", "2026-11-24T09:00:00+01:00"])
async def test_an_instant_may_be_written_in_any_zone(front, written):
    await front.finds()
    assert (await front.books(written))["starts_at"] == TUESDAY_9


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
async def test_a_time_that_was_not_offered_is_not_booked(front, slot_start):
    await front.finds()
    say = "I have not offered that time. Let me look which times are free."
    assert await front.books(slot_start) == refused(say)
    assert (await front.rows())[2] == ()


async def test_a_time_offered_in_another_call_is_not_booked(front, other):
    await other.finds()
    assert (await front.books())["status"] == "refused"


async def test_one_response_may_not_both_offer_and_book(front):
    await front.finds()
    booked = await front.books(same_response=True)
    assert booked == refused("Does Tuesday 24 November at 9:00 work for you?")
    assert (await front.rows())[2] == ()


async def test_who_answers_the_refusal_has_answered_the_offer(front):
    await front.finds()
    await front.books(same_response=True)
    front.outputs[0] = evolve(front.outputs[0], call_id="never heard")
    assert (await front.books())["status"] == "ok"


async def test_a_hebrew_business_asks_in_hebrew(database, now):
    add = partial(
        businesses.add, name="Salon", number="+97231234567", timezone="Europe/Berlin", language="he"
    )
    front = await ring(database, await database.write(add), now)
    await front.finds()
    booked = await front.books(same_response=True)
    assert booked == refused("יום שלישי, 24 בנובמבר, בשעה 9:00, מתאים לכם?")


async def test_offering_a_time_again_takes_nothing_back(front):
    await front.finds()
    await front.finds()
    assert (await front.books(same_response=True))["status"] == "ok"


async def test_offering_a_time_at_another_length_is_a_new_offer(front):
    await front.finds()
    await front.finds(duration_min=60)
    assert (await front.books(same_response=True))["status"] == "refused"


async def test_what_one_call_was_offered_is_not_offered_to_another(front, other):
    await front.finds()
    found = await other.finds()
    assert [slot["slot_start"][11:16] for slot in found["slots"]] == ["09:30", "10:00", "10:30"]


async def test_a_new_search_gives_back_what_was_held(front, other):
    await front.finds()
    await front.finds("2026-11-25")
    assert (await other.finds())["slots"][0]["slot_start"] == TUESDAY_9


async def test_a_time_that_was_taken_meanwhile_comes_with_the_nearest_others_which_count_as_offered(
    front, other, now
):
    await front.finds()
    now.value += dt.timedelta(minutes=4)  # nobody renewed what the call held
    await other.finds()
    await other.books(TUESDAY_930)
    assert await front.books(TUESDAY_930) == {
        "status": "taken",
        "slots": [
            {"slot_start": TUESDAY_9, "say": "Tuesday 24 November at 9:00"},
            {"slot_start": "2026-11-24T09:00:00Z", "say": "Tuesday 24 November at 10:00"},
            {"slot_start": "2026-11-24T09:30:00Z", "say": "Tuesday 24 November at 10:30"},
        ],
        "say": "That time has just been taken. Still free: Tuesday 24 November at 9:00, 10:00 or 10:30.",
    }
    assert (await front.books("2026-11-24T09:30:00Z"))["status"] == "ok"


async def test_hours_that_were_cut_meanwhile_are_the_reason(front):
    await front.finds()
    await front.does(schedule.set_weekly_hours, [])
    assert await front.books() == refused("We are closed on Tuesday.")
    assert (await front.rows())[2] == ()


@pytest.mark.parametrize(
    "change",
    [
        services.retire,
        partial(services.change, duration_min=90),
        partial(services.change, buffer_before_min=15),
        partial(services.change, buffer_after_min=15),
    ],
)
async def test_a_service_that_its_owner_changed_meanwhile_is_looked_for_again(front, change):
    service = await front.does(services.add, name="Colour", duration_min=60)
    await front.finds(service="Colour")
    await front.does(lambda conn, business_id: change(conn, business_id, service_id=service.id))
    assert await front.books() == refused("I have not offered that time. Let me look which times are free.")
    assert (await front.rows())[2] == ()


async def test_what_is_booked_is_booked_also_if_its_service_is_retired_and_it_is_asked_for_again(front):
    service = await front.does(services.add, name="Colour", duration_min=60)
    await front.finds(service="Colour")
    booked = await front.books()
    await front.does(services.retire, service.id)
    again = await front.books()
    assert (booked["status"], again["status"], again["starts_at"]) == ("ok", "ok", booked["starts_at"])


async def test_two_calls_at_once_get_one_time_once(front, other, now):
    await front.finds()
    now.value += dt.timedelta(minutes=4)
    await other.finds()
    results = []

    async def attempt(who):
        results.append((await who.books())["status"])

    async with trio.open_nursery() as both:
        both.start_soon(attempt, front)
        both.start_soon(attempt, other)
    assert sorted(results) == ["ok", "taken"]


async def test_no_caller_books_without_end(front):
    for day in ("2026-11-24", "2026-11-25"):
        for slot in (await front.finds(day))["slots"]:
            last = await front.books(slot["slot_start"])
    assert last["status"] == "refused"
    assert len((await front.rows())[2]) == 5


async def test_to_move_an_appointment_is_no_further_booking(front):
    first, second, third = ((slot["slot_start"]) for slot in (await front.finds())["slots"])
    await front.books(first)
    for _ in range(3):
        for was, to in [(first, second), (second, first)]:
            moved = await front.asks("reschedule_appointment", starts_at=was, slot_start=to)
            assert moved["status"] == "ok"
    assert (await front.books(third))["status"] == "ok"


async def test_notes_that_are_too_long_are_refused_and_nothing_is_kept(front):
    await front.finds()
    say = "That is too much for me to note. Could you say it in a few words?"
    assert await front.books(notes="x" * 2_001) == refused(say)
    assert (await front.rows())[2] == ()


async def test_a_text_message_is_promised_only_to_a_number(front, database, business, now):
    await front.finds()
    assert (await front.books(wants_sms=True))["say"].endswith("A text message will follow after the call.")
    withheld = await ring(database, business, now, caller=None, call_sid="CAnobody")
    await withheld.finds()
    booked = await withheld.books("2026-11-24T09:30:00Z", wants_sms=True)
    assert booked["say"].endswith("I cannot send a text message to a withheld number.")
    assert [booked.wants_sms for booked in (await front.rows())[2] + (await withheld.rows())[2]] == [
        True,
        False,
    ]
