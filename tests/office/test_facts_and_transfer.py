"""business_facts and transfer_to_human: nothing but what the owner wrote down."""

import datetime as dt

import pytest

from engine.outcome import Outcome
from storage import businesses, calls, facts, schedule, services
from storage.records import ExceptionDay, Person
from tests.office import inquiries
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
    await front.does(facts.put_fact, topic="Parking", text="behind the house, all day")
    everything = await front.asks("business_facts")
    assert everything["facts"] == [
        HOURS,
        "Services: Check-up, 30 minutes, eighty euros",
        "Parking: behind the house, all day",
    ]
    for topic in ("all", "everything", "general information", "what else?"):
        assert await front.asks("business_facts", topic=topic) == everything
    assert await front.asks("business_facts", topic="PARKING") == {
        "facts": ["Parking: behind the house, all day"],
        "say": "Parking: behind the house, all day",
    }


async def test_of_what_nobody_wrote_down_all_is_told_and_nothing_denied(front):
    await front.does(facts.put_fact, topic="Parking", text="behind the house")
    assert await front.asks("business_facts", topic="insurance") == {
        "facts": [HOURS, "Parking: behind the house"],
        "say": "I'm not sure about that. I can tell you about Opening hours and Parking, or take a message.",
    }


async def test_what_has_only_some_of_the_words_comes_first_with_all_the_rest(front):
    await front.does(facts.put_fact, topic="Address", text="12 High Street")
    await front.does(facts.put_fact, topic="Parking", text="behind the house")
    assert await front.asks("business_facts", topic="parking for trucks") == {
        "facts": ["Parking: behind the house", HOURS, "Address: 12 High Street"],
        "say": "Parking: behind the house",
    }


async def test_who_asks_the_price_of_one_service_is_not_told_all(front):
    for name, price in (("Check-up", "eighty euros"), ("Filling", "from ninety euros")):
        await front.does(services.add, name=name, duration_min=30, price=price)
    told = await front.asks("business_facts", topic="how much is a filling")
    assert told["say"] == "Services: Filling, 30 minutes, from ninety euros"
    told = await front.asks("business_facts", topic="filling under general anaesthesia")
    assert told["facts"][0].endswith("eighty euros; Filling, 30 minutes, from ninety euros")  # not sure: all
    told = await front.asks("business_facts", topic="prices")
    assert told["say"].endswith("Check-up, 30 minutes, eighty euros; Filling, 30 minutes, from ninety euros")


async def test_more_than_can_be_told_at_once_is_named(front):
    for number in range(20):
        await front.does(facts.put_fact, topic=f"Topic {number:02}", text="x" * 500)
    told = await front.asks("business_facts", topic="anything at all")
    assert sum(map(len, told["facts"])) <= 6_000
    assert (len(told["facts"]), told["more"]) == (12, [f"Topic {number:02}" for number in range(11, 20)])
    assert len(told["say"]) < 400
    assert (await front.asks("business_facts", topic="topic 19"))["facts"] == [f"Topic 19: {'x' * 500}"]


async def rung(database, business, house):
    """That business, with its services and facts, has been called."""

    def write(conn):
        for name in house.services:
            services.add(conn, business.id, name=name, duration_min=30, price="forty dollars")
        for topic, text in house.facts.items():
            facts.put_fact(conn, business.id, topic=topic, text=text)
        return businesses.change(conn, business.id, language=house.language)

    return await ring(database, await database.write(write), Now())


@pytest.mark.parametrize("house", inquiries.HOUSES)
async def test_what_callers_ask_is_found_in_nine_of_ten_cases_and_told_in_all(database, business, house):
    front, found, asked = await rung(database, business, house), 0, 0
    everything = (await front.asks("business_facts"))["facts"]
    topics = [inquiries.HOURS, inquiries.SERVICES]
    topics += [told.partition(":")[0] for told in everything[2:]]
    of = dict(zip(topics, everything, strict=True))
    for wanted in (case for case in inquiries.ASKED if case[0] is house):
        _, topic, answers = wanted
        told = await front.asks("business_facts", topic=topic)
        beginnings = [of[answer].partition(":")[0] for answer in answers]
        assert set(beginnings) <= {each.partition(":")[0] for each in told["facts"]}, topic
        asked += 1
        found += all(f"{beginning}:" in told["say"] for beginning in beginnings)
    assert found >= 0.9 * asked


PEOPLE = [Person(name="Dr Cohen", phone="+4930123456"), Person(name="Maya", phone="+4930123457")]


@pytest.mark.parametrize(
    ("name", "phone"),
    [
        *((nobody, PEOPLE[0].phone) for nobody in (None, "", "null")),
        ("maya", PEOPLE[1].phone),
        ("Máya", PEOPLE[1].phone),
        ("Doctor Cohen", PEOPLE[0].phone),
    ],
)
async def test_the_caller_is_put_through_to_somebody_of_the_owners_list(database, business, name, phone):
    berlin = await with_german_number(database, business)
    front = await ring(database, berlin, Now())
    await front.does(facts.set_people, PEOPLE)
    asked = await front.asks("transfer_to_human", **({"name": name} if name else {}))
    (tool,) = (tool for tool in front.office.tools if tool.name == "transfer_to_human")
    chosen = await database.read(lambda conn: calls.transfer_to(conn, front.call_sid))
    assert (asked["status"], chosen, tool.ends_call) == ("ok", (berlin.id, phone), Outcome.TRANSFERRED)


@pytest.mark.parametrize(
    ("said", "chosen"),
    [("Dana Cohen", 1), ("Dr. Cohen", 1), ("Levi", 0), ("the doctor", 2), ("Dana", None), ("Dr. Mor", None)],
)
async def test_of_two_with_one_name_the_other_one_is_not_rung(database, business, said, chosen):
    people = [
        Person(name=name, phone=f"+493012345{place}")
        for place, name in enumerate(("Dr. Dana Levi", "Dana Cohen", "Doctor"))
    ]
    front = await ring(database, await with_german_number(database, business), Now())
    await front.does(facts.set_people, people)
    asked = await front.asks("transfer_to_human", name=said)
    rung = await database.read(lambda conn: calls.transfer_to(conn, front.call_sid))
    assert (asked["status"], rung) == (
        ("refused", None) if chosen is None else ("ok", (front.business.id, people[chosen].phone))
    )


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
