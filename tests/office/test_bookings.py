"""my_appointments, reschedule_appointment, cancel_appointment: whose they are, and what it takes."""

import pytest

from storage import services
from tests.office.front import TUESDAY, TUESDAY_9, TUESDAY_930, Now, refused, ring

WEDNESDAY_9 = "2026-11-25T08:00:00Z"


@pytest.fixture
def now():
    return Now()


@pytest.fixture
async def booked(database, business, now):
    """An earlier call of the same caller, Dana Levi, with an appointment on Tuesday at 9."""
    earlier = await ring(database, business, now, call_sid="CAearlier")
    await earlier.asks("update_lead_details", full_name="Dana Levi")
    await earlier.finds()
    await earlier.books()
    return earlier


@pytest.fixture
async def front(database, business, now, booked):
    return await ring(database, business, now)


YOURS = {
    "appointments": [{"starts_at": TUESDAY_9, "duration_min": 30, "say": "Tuesday 24 November at 9:00"}],
    "say": "You have an appointment Tuesday 24 November at 9:00.",
}


@pytest.mark.parametrize(
    "fact",
    [
        {"full_name": "dana levi"},
        {"full_name": "Mrs. Levi, Dana"},
        {"full_name": "D-A-N-A L\u00e9vi"},
        {"date_iso": "Tuesday"},
        {"full_name": "Dina Levi", "date_iso": "Tuesday"},
        {"full_name": "Dana Levi", "date_iso": "2026-11-25"},
        {"full_name": "unknown", "date_iso": "Tuesday"},
    ],
)
async def test_the_number_and_a_fact_show_the_appointment(front, fact):
    assert (await front.asks("my_appointments", **fact))["appointments"] == YOURS["appointments"]


@pytest.mark.parametrize("fact", [{"full_name": "Dana"}, {"full_name": "Levi"}, {"date_iso": "2026-11-25"}])
async def test_a_part_of_the_name_or_another_day_proves_nothing(front, fact):
    asked = await front.asks("my_appointments", **fact)
    assert asked == refused("That does not match what I have. Under which name is it, or on which day?")


async def test_a_name_given_in_this_call_proves_nothing_about_an_earlier_one(front):
    await front.asks("update_lead_details", full_name="Mallory")
    asked = await front.asks("my_appointments", full_name="Mallory")
    assert asked == refused("That does not match what I have. Under which name is it, or on which day?")


async def test_nor_does_a_name_given_in_a_call_before(front, database, business, now):
    await front.asks("update_lead_details", full_name="Mallory")
    again = await ring(database, business, now, call_sid="CAagain")
    assert (await again.asks("my_appointments", full_name="Mallory"))["status"] == "refused"
    assert (await again.asks("my_appointments", full_name="Dana Levi"))["appointments"] == YOURS[
        "appointments"
    ]


async def test_a_name_given_after_the_booking_is_the_one_it_stands_under(database, business, now):
    first = await ring(database, business, now, call_sid="CAfirst")
    await first.finds()
    await first.books()
    await first.asks("update_lead_details", full_name="Noa Bar")
    again = await ring(database, business, now, call_sid="CAagain")
    assert (await again.asks("my_appointments", full_name="noa bar"))["appointments"] == YOURS["appointments"]


@pytest.mark.parametrize(
    "nothing", [{}, {"full_name": ""}, {"full_name": "N/A"}, {"full_name": "caller", "date_iso": " "}]
)
async def test_without_a_fact_one_is_asked_for_and_nothing_is_counted(front, nothing):
    for _ in range(4):
        asked = await front.asks("my_appointments", **nothing)
        assert asked == refused("To be sure, under which name is the appointment, or on which day?")
    assert (await front.asks("my_appointments", full_name="Dana Levi"))["appointments"]


NO_MATCH = refused("That does not match what I have. Under which name is it, or on which day?")
NO_NAMES = refused("I need the day of the appointment. On which day is it? Or I can take a message.")
NO_MORE = refused("I cannot look up appointments for your number any more today. I can take a message.")
WRONG_DAYS = [{"date_iso": day} for day in ("2026-11-25", "2026-11-26", "2026-11-27")]
WRONG_NAMES = [{"full_name": name} for name in ("Dana", "Dana Levy", "Levi")]


async def tries(front, facts):
    return [await front.asks("my_appointments", **fact) for fact in facts]


async def test_a_day_cannot_be_guessed_at_length(front):
    assert await tries(front, WRONG_DAYS) == [NO_MATCH, NO_MATCH, NO_MORE]
    assert await tries(front, [{"date_iso": TUESDAY}, {"full_name": "Dana Levi"}]) == [NO_MORE, NO_MORE]
    assert (await front.asks("take_message", text="Please ring me."))["status"] == "ok"


async def test_the_third_try_still_counts(front):
    await tries(front, [WRONG_NAMES[0], WRONG_DAYS[0]])
    assert (await front.asks("my_appointments", full_name="Dana Levi"))["appointments"]


async def test_wrong_names_do_not_use_up_the_tries_of_the_day(front):
    assert await tries(front, WRONG_NAMES) == [NO_MATCH, NO_MATCH, NO_NAMES]
    assert await front.asks("my_appointments", full_name="Dana Levi") == NO_NAMES
    asked = await front.asks("my_appointments", full_name="Dana Levy", date_iso=TUESDAY)
    assert asked["appointments"] == YOURS["appointments"]


async def test_after_wrong_names_a_day_can_be_tried_three_times_and_no_name_with_it(front):
    await tries(front, WRONG_NAMES)
    both = [{"full_name": "Dana Levi", **day} for day in WRONG_DAYS]
    assert await tries(front, both) == [NO_NAMES, NO_NAMES, NO_MORE]


async def test_a_wrong_name_and_a_wrong_day_at_once_are_one_wrong_fact(front):
    both = [{**name, **day} for name, day in zip(WRONG_NAMES, WRONG_DAYS, strict=True)]
    assert await tries(front, both) == [NO_MATCH, NO_MATCH, NO_MORE]


async def test_a_name_is_not_guessed_beside_a_day_that_nobody_understands(front):
    asked = [{**name, "date_iso": "not Tuesday"} for name in (*WRONG_NAMES, {"full_name": "Dana Levi"})]
    unclear = refused("I did not catch the day. Which day would you like?")
    assert await tries(front, asked) == [unclear] * 4


async def test_ringing_again_on_the_same_day_gives_no_more_tries_and_the_next_day_does(
    front, database, business, now
):
    now.value = now.value.replace(hour=22, minute=30)  # 23:30 in Berlin
    await tries(front, WRONG_DAYS[:2])
    again = await ring(database, business, now, call_sid="CAagain")
    assert await tries(again, [WRONG_DAYS[2], {"date_iso": TUESDAY}]) == [NO_MORE, NO_MORE]
    now.value = now.value.replace(hour=23, minute=0)  # midnight there
    third = await ring(database, business, now, call_sid="CAthird")
    assert (await third.asks("my_appointments", date_iso=TUESDAY))["appointments"] == YOURS["appointments"]


async def test_another_numbers_wrong_facts_cost_the_caller_nothing(front, database, business, now):
    stranger = await ring(database, business, now, caller="+14155550111", call_sid="CAstranger")
    await tries(stranger, WRONG_DAYS)
    assert (await front.asks("my_appointments", date_iso=TUESDAY))["appointments"] == YOURS["appointments"]


async def test_nobody_learns_whether_a_number_has_appointments(front, database, business, now):
    stranger = await ring(database, business, now, caller="+14155550111", call_sid="CAstranger")
    facts = [WRONG_NAMES[0], WRONG_DAYS[0], WRONG_NAMES[1], WRONG_DAYS[1], WRONG_DAYS[2], {}]
    assert await tries(stranger, facts) == await tries(front, facts)


async def test_who_has_shown_who_they_are_is_told_that_nothing_is_left(front):
    for _ in range(2):
        await front.asks("my_appointments", full_name="Dana Levi")
    await front.asks("cancel_appointment", starts_at=TUESDAY_9)
    asked = await front.asks("my_appointments", full_name="Dana Levi")
    assert asked == {"appointments": [], "say": "I find no coming appointment under your number."}


@pytest.mark.parametrize(
    "date", ["not Tuesday", "the day after Monday", "before Wednesday", "the 24th or the 25th"]
)
async def test_a_day_that_is_not_understood_whole_proves_nothing_and_is_asked_again(front, date):
    for _ in range(4):
        asked = await front.asks("my_appointments", date_iso=date)
        assert asked == refused("I did not catch the day. Which day would you like?")
    found = await front.asks("my_appointments", date_iso=TUESDAY)  # it was no wrong fact either
    assert found["appointments"] == YOURS["appointments"]


async def test_a_name_proves_whatever_the_day_is(front):
    asked = await front.asks("my_appointments", full_name="Dana Levi", date_iso="not Tuesday")
    assert asked["appointments"] == YOURS["appointments"]


async def test_the_start_that_the_tools_gave_is_a_day_too(front):
    asked = await front.asks("my_appointments", date_iso=TUESDAY_9)
    assert asked["appointments"] == YOURS["appointments"]


async def test_what_one_fact_has_proven_stays_so_when_another_is_asked_for(front, booked):
    await booked.finds("2026-11-25")
    await booked.books(WEDNESDAY_9)
    for day, start in [(TUESDAY, TUESDAY_9), ("2026-11-25", WEDNESDAY_9)]:
        (found,) = (await front.asks("my_appointments", date_iso=day))["appointments"]
        assert found["starts_at"] == start
    for start in (TUESDAY_9, WEDNESDAY_9):
        assert (await front.asks("cancel_appointment", starts_at=start))["status"] == "ok"


async def test_of_many_appointments_the_next_three_are_told(front, booked):
    slots = (await booked.finds("2026-11-25"))["slots"]
    for slot in slots:
        await booked.books(slot["slot_start"])
    told = (await front.asks("my_appointments", full_name="Dana Levi"))["appointments"]
    starts = [TUESDAY_9, *(slot["slot_start"] for slot in slots)]
    assert [appointment["starts_at"] for appointment in told] == starts[:3]


async def test_nothing_is_moved_to_a_day_that_is_not_understood_whole(front, booked):
    await front.asks("my_appointments", full_name="Dana Levi")
    assert (await front.finds("any day but Wednesday"))["status"] == "refused"
    moved = await front.asks("reschedule_appointment", starts_at=TUESDAY_9, slot_start=WEDNESDAY_9)
    assert moved["status"] == "refused"
    assert (await booked.rows())[2][0].starts_at.isoformat() == "2026-11-24T08:00:00+00:00"


async def test_another_number_finds_nothing_whatever_it_says(database, business, now, booked):
    stranger = await ring(database, business, now, caller="+14155550111")
    asked = await stranger.asks("my_appointments", full_name="Dana Levi")
    assert asked == NO_MATCH


async def test_a_withheld_number_finds_nothing(database, business, now, booked):
    nobody = await ring(database, business, now, caller=None)
    asked = await nobody.asks("my_appointments", full_name="Dana Levi")
    assert asked == refused(
        "Your number is withheld, so I cannot look at appointments. I can take a message."
    )


@pytest.mark.parametrize("tool", ["cancel_appointment", "reschedule_appointment"])
async def test_what_was_not_proven_cannot_be_changed(front, booked, tool):
    await front.finds("2026-11-25")
    more = {"slot_start": WEDNESDAY_9} if tool == "reschedule_appointment" else {}
    changed = await front.asks(tool, starts_at=TUESDAY_9, **more)
    assert changed == refused("I find no appointment of yours at that time.")
    assert (await booked.rows())[2][0].status == "booked"


async def test_an_appointment_is_cancelled_once(front, booked):
    await front.asks("my_appointments", date_iso=TUESDAY)
    assert await front.asks("cancel_appointment", starts_at=TUESDAY_9) == {
        "status": "ok",
        "say": "The appointment for Tuesday 24 November at 9:00 is cancelled.",
    }
    again = await front.asks("cancel_appointment", starts_at=TUESDAY_9)
    assert again == refused("I find no appointment of yours at that time.")
    assert (await booked.rows())[2][0].status == "cancelled"
    assert (await front.finds())["slots"][0]["slot_start"] == TUESDAY_9


async def test_an_appointment_is_moved_to_an_offered_time_and_stays_the_same_row(front, booked):
    await front.asks("my_appointments", full_name="Dana Levi")
    await front.finds("2026-11-25")
    moved = await front.asks("reschedule_appointment", starts_at=TUESDAY_9, slot_start=WEDNESDAY_9)
    assert moved == {
        "status": "ok",
        "starts_at": WEDNESDAY_9,
        "say": "Moved from Tuesday 24 November at 9:00 to Wednesday 25 November at 9:00.",
    }
    (appointment,) = (await booked.rows())[2]
    assert (appointment.id, appointment.starts_at.isoformat()) == (1, "2026-11-25T08:00:00+00:00")


async def test_an_appointment_and_the_time_to_move_it_to_may_be_written_in_any_zone(front, booked):
    await front.asks("my_appointments", full_name="Dana Levi")
    await front.finds("2026-11-25", moving="2026-11-24T09:00:00+01:00")
    moved = await front.asks(
        "reschedule_appointment", starts_at="20261124T080000Z", slot_start="2026-11-25T03:00:00-05:00"
    )
    assert (moved["status"], moved["starts_at"]) == ("ok", WEDNESDAY_9)


async def test_it_can_be_moved_into_the_half_hour_after_it(front):
    await front.asks("my_appointments", full_name="Dana Levi")
    await front.finds()
    moved = await front.asks("reschedule_appointment", starts_at=TUESDAY_9, slot_start=TUESDAY_930)
    assert moved["status"] == "ok"


@pytest.fixture
async def two_hours(front, booked):
    """The appointment of the earlier call, which its owner has made two hours long."""
    longer = "UPDATE appointments SET ends_at = ?, busy_end = ? WHERE business_id = ?"
    until = "2026-11-24T10:00:00Z"
    await front.does(lambda conn, business_id: conn.execute(longer, (until, until, business_id)))
    await front.asks("my_appointments", full_name="Dana Levi")
    return booked


async def test_the_caller_s_appointments_are_told_with_their_length_and_service(front, two_hours):
    service = await front.does(services.add, name="Colour", duration_min=120)
    name_it = "UPDATE appointments SET service_id = ? WHERE business_id = ?"
    await front.does(lambda conn, business_id: conn.execute(name_it, (service.id, business_id)))
    asked = await front.asks("my_appointments", full_name="Dana Levi")
    assert asked["appointments"] == [
        {
            "starts_at": TUESDAY_9,
            "duration_min": 120,
            "service": "Colour",
            "say": "Tuesday 24 November at 9:00",
        }
    ]


async def test_a_move_stays_as_long_as_it_was_whatever_was_looked_for(front, two_hours):
    await front.finds("2026-11-25", duration_min=15)
    moved = await front.asks("reschedule_appointment", starts_at=TUESDAY_9, slot_start=WEDNESDAY_9)
    assert moved["status"] == "ok"
    (appointment,) = (await two_hours.rows())[2]
    assert (appointment.ends_at - appointment.starts_at).total_seconds() == 2 * 60 * 60


async def test_a_search_for_a_move_finds_only_times_that_are_long_enough(
    front, two_hours, database, business, now
):
    other = await ring(database, business, now, caller="+14155550111", call_sid="CAother")
    await other.finds("Wednesday at 10:00")
    await other.books("2026-11-25T09:00:00Z")
    found = await front.finds("2026-11-25", moving=TUESDAY_9)
    assert found["slots"][0]["slot_start"] == "2026-11-25T09:30:00Z"


async def test_a_move_to_where_it_does_not_fit_is_refused_with_the_nearest_times(
    front, two_hours, database, business, now
):
    other = await ring(database, business, now, caller="+14155550111", call_sid="CAother")
    await other.finds("Wednesday at 10:00")
    await other.books("2026-11-25T09:00:00Z")
    await front.finds("2026-11-25", duration_min=30)
    moved = await front.asks("reschedule_appointment", starts_at=TUESDAY_9, slot_start=WEDNESDAY_9)
    assert (moved["status"], moved["slots"][0]["slot_start"]) == ("taken", "2026-11-25T09:30:00Z")
    agreed = await front.asks(
        "reschedule_appointment", starts_at=TUESDAY_9, slot_start="2026-11-25T09:30:00Z"
    )
    assert agreed["status"] == "ok"
    (appointment,) = (await two_hours.rows())[2]
    assert (appointment.starts_at.hour, appointment.ends_at.hour) == (9, 11)


async def test_an_appointment_can_be_moved_by_half_an_hour_when_only_it_is_in_the_way(front, two_hours):
    found = await front.finds("Tuesday at 9:30", moving=TUESDAY_9)
    assert [slot["slot_start"] for slot in found["slots"]] == [TUESDAY_930]
    moved = await front.asks("reschedule_appointment", starts_at=TUESDAY_9, slot_start=TUESDAY_930)
    assert (moved["status"], moved["starts_at"]) == ("ok", TUESDAY_930)


async def test_where_it_stands_already_is_not_offered_for_it(front):
    await front.asks("my_appointments", full_name="Dana Levi")
    found = await front.finds(moving=TUESDAY_9)
    assert [slot["say"][-4:] for slot in found["slots"]] == ["9:30", "0:00", "0:30"]


async def test_a_time_that_is_free_only_for_a_move_is_not_booked_beside_it(front, two_hours):
    await front.finds("Tuesday at 9:30", moving=TUESDAY_9)
    booked = await front.books(TUESDAY_930)
    assert booked["status"] == "taken"
    assert [slot["slot_start"][11:16] for slot in booked["slots"]] == ["10:00", "10:30", "11:00"]


async def test_only_what_is_known_to_be_the_caller_s_is_looked_for(front):
    found = await front.finds("2026-11-25", moving=TUESDAY_9)
    assert found == refused("I find no appointment of yours at that time.")


async def test_a_time_that_was_not_offered_cannot_be_moved_to(front, booked):
    await front.asks("my_appointments", full_name="Dana Levi")
    moved = await front.asks("reschedule_appointment", starts_at=TUESDAY_9, slot_start=WEDNESDAY_9)
    assert moved == refused("I have not offered that time. Let me look which times are free.")


async def test_a_time_taken_meanwhile_leaves_the_appointment_where_it_was(
    front, booked, database, business, now
):
    await front.asks("my_appointments", full_name="Dana Levi")
    await front.finds("2026-11-25")
    now.value = now.value.replace(minute=4)
    other = await ring(database, business, now, caller="+14155550111", call_sid="CAother")
    await other.finds("2026-11-25")
    await other.books(WEDNESDAY_9)
    moved = await front.asks("reschedule_appointment", starts_at=TUESDAY_9, slot_start=WEDNESDAY_9)
    assert (moved["status"], len(moved["slots"])) == ("taken", 3)
    assert (await booked.rows())[2][0].starts_at.isoformat() == "2026-11-24T08:00:00+00:00"


async def test_what_this_call_booked_needs_no_further_fact_also_without_a_number(database, business, now):
    nobody = await ring(database, business, now, caller=None)
    await nobody.finds()
    await nobody.books()
    assert (await nobody.asks("cancel_appointment", starts_at=TUESDAY_9))["status"] == "ok"
