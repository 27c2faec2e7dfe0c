"""business_facts and transfer_to_human: nothing but what the owner wrote down."""

import datetime as dt

import pytest

from engine.outcome import Outcome
from storage import calls, facts, schedule, services
from storage.records import ExceptionDay, Person
from tests.office.front import Now, refused, ring


@pytest.fixture
async def front(database, business):
    return await ring(database, business, Now())


HOURS = "Opening hours: Monday to Friday 9:00 to 17:00, closed on other days"


async def test_the_hours_are_a_fact_with_the_dates_that_differ(front):
    assert (await front.asks("business_facts", topic="opening hours"))["facts"] == [HOURS]
    await front.does(schedule.set_exception, ExceptionDay(date=dt.date(2026, 11, 30), note="Stocktaking"))
    (told,) = (await front.asks("business_facts", topic="hours"))["facts"]
    assert told == f"{HOURS}. Different on these days: Monday 30 November closed (Stocktaking)"


async def test_the_dates_that_differ_are_told_for_two_weeks(front):
    for date in (dt.date(2026, 12, 5), dt.date(2026, 12, 6)):  # it is the 21st of November
        await front.does(schedule.set_exception, ExceptionDay(date=date))
    (told,) = (await front.asks("business_facts", topic="hours"))["facts"]
    assert told == f"{HOURS}. Different on these days: Saturday 5 December closed"


async def test_all_facts_are_told_or_those_on_a_topic(front):
    await front.does(services.add, name="Check-up", duration_min=30, price="eighty euros")
    await front.does(facts.put_fact, topic="Parking", text="behind the house")
    everything = await front.asks("business_facts")
    assert everything["facts"] == [
        HOURS,
        "Services: Check-up, 30 minutes, eighty euros",
        "Parking: behind the house",
    ]
    assert await front.asks("business_facts", topic="PARKING") == {
        "facts": ["Parking: behind the house"],
        "say": "Parking: behind the house",
    }


async def test_what_nobody_wrote_down_is_not_known(front):
    assert await front.asks("business_facts", topic="insurance") == {
        "facts": [],
        "say": "I do not know that. I can take a message.",
    }


PEOPLE = [Person(name="Dr Cohen", phone="+4930123456"), Person(name="Maya", phone="+4930123457")]


@pytest.mark.parametrize(
    ("name", "phone"), [(None, PEOPLE[0].phone), ("maya", PEOPLE[1].phone), ("Doctor Cohen", PEOPLE[0].phone)]
)
async def test_the_caller_is_put_through_to_somebody_of_the_owners_list(database, business, name, phone):
    berlin = await with_german_number(database, business)
    front = await ring(database, berlin, Now())
    await front.does(facts.set_people, PEOPLE)
    asked = await front.asks("transfer_to_human", **({"name": name} if name else {}))
    (tool,) = (tool for tool in front.office.tools if tool.name == "transfer_to_human")
    chosen = await database.read(lambda conn: calls.transfer_to(conn, front.call_sid))
    assert (asked["status"], chosen, tool.ends_call) == ("ok", (berlin.id, phone), Outcome.TRANSFERRED)


async def test_nobody_else_is_dialled_whatever_the_caller_says(database, business):
    front = await ring(database, await with_german_number(database, business), Now())
    await front.does(facts.set_people, PEOPLE)
    asked = await front.asks("transfer_to_human", name="+19005550199")
    assert asked == refused("I cannot put you through to them. I can put you through to Dr Cohen and Maya.")
    assert (await front.rows())[0] is None


async def test_a_business_without_a_list_takes_a_message(front):
    asked = await front.asks("transfer_to_human")
    assert asked == refused("I cannot put you through to anybody. I can take a message.")


async def with_german_number(database, business):
    def change(conn):
        conn.execute("UPDATE businesses SET number = '+4930900900' WHERE id = ?", (business.id,))

    await database.write(change)
    return business
