"""A caller who is back in the same call by another stream: what the first one left counts on.

After a transfer that nobody took, or a line that broke, the office is a new one.
"""

import pytest
from attrs import evolve

from engine.ports import Back
from storage import services
from tests.office.front import TUESDAY, TUESDAY_9, TUESDAY_930, Now, refused, ring
from tests.office.test_office import RECORD

ENDED = {Back.UNANSWERED: "transferred", Back.CUT_OFF: "carrier_lost"}
MANY = "I cannot look up any more in this call. I can take a message."


@pytest.fixture(params=Back)
def back(request):
    return request.param


@pytest.fixture
def led_back(database, business, back):
    """The call of this front, over; and the one that goes on in its place."""

    async def again(front, caller):
        await front.office.close_call(evolve(RECORD, outcome=ENDED[back]))
        return await ring(database, business, Now(), caller=caller, back=back)

    return again


async def booked_by(database, business, caller, **more):
    front = await ring(database, business, Now(), caller=caller, **more)
    await front.finds()
    assert (await front.books())["status"] == "ok"
    return front


YOURS = {
    "appointments": [{"starts_at": TUESDAY_9, "duration_min": 30, "say": "Tuesday 24 November at 9:00"}],
    "say": "I have you down for Tuesday 24 November at 9:00.",
}


@pytest.mark.parametrize("caller", [None, "+14155550199"])
async def test_what_the_call_booked_is_told_moved_and_cancelled_without_another_fact(
    database, business, led_back, caller
):
    second = await led_back(await booked_by(database, business, caller), caller)
    assert (await second.asks("my_appointments"))["appointments"] == YOURS["appointments"]
    await second.finds(moving=TUESDAY_9)
    moved = await second.asks("reschedule_appointment", starts_at=TUESDAY_9, slot_start=TUESDAY_930)
    assert (moved["status"], moved["starts_at"]) == ("ok", TUESDAY_930)
    assert (await second.asks("cancel_appointment", starts_at=TUESDAY_930))["status"] == "ok"
    assert [made.status for made in (await second.rows())[2]] == ["cancelled"]


async def test_what_another_caller_who_withholds_the_number_booked_is_nobody_elses(
    database, business, led_back
):
    await booked_by(database, business, None, call_sid="CAearlier")
    second = await led_back(await ring(database, business, Now(), caller=None), None)
    asked = await second.asks("my_appointments", full_name="Dana Levi")
    assert asked == refused(
        "Your number is withheld, so I cannot look at appointments. I can take a message."
    )
    assert (await second.asks("cancel_appointment", starts_at=TUESDAY_9))["status"] == "refused"


@pytest.fixture
async def first(database, business):
    """A call of somebody who has an appointment under her name."""
    earlier = await booked_by(database, business, "+14155550199", call_sid="CAearlier")
    await earlier.asks("update_lead_details", full_name="Dana Levi")
    return await ring(database, business, Now())


async def test_what_was_shown_to_be_theirs_stays_shown(first, led_back):
    await first.asks("my_appointments", full_name="Dana Levi")
    second = await led_back(first, "+14155550199")
    assert (await second.asks("my_appointments"))["appointments"] == YOURS["appointments"]
    assert (await second.asks("cancel_appointment", starts_at=TUESDAY_9))["status"] == "ok"


async def test_what_was_not_shown_is_not(first, led_back):
    second = await led_back(first, "+14155550199")
    assert (await second.asks("my_appointments"))["status"] == "refused"
    assert (await second.asks("cancel_appointment", starts_at=TUESDAY_9))["status"] == "refused"


async def test_wrong_facts_count_on(first, led_back):
    for day in ("2026-11-25", "2026-11-26"):
        await first.asks("my_appointments", date_iso=day)
    second = await led_back(first, "+14155550199")
    await second.asks("my_appointments", date_iso="2026-11-27")
    asked = await second.asks("my_appointments", date_iso=TUESDAY)
    assert asked == refused(
        "I cannot look up appointments for your number any more today. I can take a message."
    )


async def test_bookings_count_on_and_what_is_booked_stays_so(database, business, led_back):
    caller, starts = "+14155550199", [f"2026-11-24T{hour:02}:00:00Z" for hour in range(8, 14)]
    front = await ring(database, business, Now(), caller=caller)
    answers = []
    for number, start in enumerate([*starts, starts[0]]):
        if number == 3:
            front = await led_back(front, caller)
        await front.finds(start)
        answers.append(await front.books(start))
    assert [answer["status"] for answer in answers] == [*["ok"] * 5, "refused", "ok"]
    assert (answers[5], answers[6]["starts_at"]) == (refused(MANY), starts[0])
    assert len((await front.rows())[2]) == 5


async def test_what_the_first_stream_booked_is_booked_whatever_became_of_its_service(
    database, business, led_back
):
    front = await ring(database, business, Now())
    service = await front.does(services.add, name="Colour", duration_min=60)
    await front.finds(service="Colour")
    booked = await front.books()
    await front.does(services.change, service.id, duration_min=90)
    for again in (await front.books(), await (await led_back(front, "+14155550199")).books()):
        assert again == {**booked, "say": "That is booked already: Tuesday 24 November at 9:00."}


async def test_a_number_to_ring_back_that_was_given_is_not_asked_for_again(database, business, led_back):
    front = await ring(database, business, Now(), caller=None)
    await front.asks("update_lead_details", callback_phone="(415) 555-0111")
    second = await led_back(front, None)
    assert (await second.asks("take_message", text="Ring me."))["status"] == "ok"
