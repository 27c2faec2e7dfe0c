import pytest

from storage import facts
from storage.errors import InvalidField
from storage.records import Fact, Person
from tests.storage.conftest import add_business

ANNA = Person(name="Anna", phone="+14155550111")
BEN = Person(name="Ben", phone="+14155550112")
E164 = "is not a number like +14155550100: a plus, the country code, digits only"


@pytest.fixture
def ours(conn):
    return add_business(conn).id


def test_facts_are_given_by_topic(conn, ours):
    facts.put_fact(conn, ours, topic="prices", text="From forty.")
    facts.put_fact(conn, ours, topic="  parking ", text=" Behind the house. ")
    assert facts.all_facts(conn, ours) == (
        Fact(topic="parking", text="Behind the house."),
        Fact(topic="prices", text="From forty."),
    )


def test_a_topic_has_one_text_the_last(conn, ours):
    for text in ("Behind the house.", "In the street."):
        facts.put_fact(conn, ours, topic="parking", text=text)
    assert facts.all_facts(conn, ours) == (Fact(topic="parking", text="In the street."),)


def test_a_forgotten_topic_is_gone(conn, ours):
    facts.put_fact(conn, ours, topic="parking", text="Behind the house.")
    assert facts.remove_fact(conn, ours, "parking") is True
    assert facts.remove_fact(conn, ours, "parking") is False
    assert facts.all_facts(conn, ours) == ()


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("topic", "", "is empty"),
        ("topic", "a\nb", "must be one line of text"),
        ("topic", "a" * 81, "is 81 characters long; at most 80 are kept"),
        ("text", " ", "is empty"),
        ("text", "a\nb", "must be one line of text"),
        ("text", "a" * 501, "is 501 characters long; at most 500 are kept"),
    ],
)
def test_a_fact_that_makes_no_sense_is_refused_by_its_field(conn, ours, field, value, problem):
    with pytest.raises(InvalidField) as refused:
        facts.put_fact(conn, ours, **{"topic": "parking", "text": "Behind the house.", field: value})
    assert (refused.value.field, refused.value.problem) == (field, problem)
    assert facts.all_facts(conn, ours) == ()


def test_people_stay_in_the_order_in_which_they_were_given(conn, ours):
    facts.set_people(conn, ours, [BEN, Person(name=" Anna ", phone=ANNA.phone)])
    assert facts.people(conn, ours) == (BEN, ANNA)
    facts.set_people(conn, ours, [ANNA])
    assert facts.people(conn, ours) == (ANNA,)
    facts.set_people(conn, ours, [])
    assert facts.people(conn, ours) == ()


@pytest.mark.parametrize(
    ("people", "refusal"),
    [
        ([Person(name="", phone=ANNA.phone)], ("name", "is empty")),
        (
            [Person(name="a" * 81, phone=ANNA.phone)],
            ("name", "is 81 characters long; at most 80 are kept"),
        ),
        ([Person(name="Anna", phone="5550111")], ("phone", E164)),
        (
            [ANNA, Person(name="ANNA", phone=BEN.phone)],
            ("name", "stands twice in the list; callers ask for a name"),
        ),
        (
            [Person(name=f"Anna {n}", phone=ANNA.phone) for n in range(11)],
            ("people", "are 11; at most 10 are kept"),
        ),
    ],
)
def test_a_list_that_makes_no_sense_is_refused_and_the_old_one_stays(conn, ours, people, refusal):
    facts.set_people(conn, ours, [BEN])
    with pytest.raises(InvalidField) as refused:
        facts.set_people(conn, ours, people)
    assert (refused.value.field, refused.value.problem) == refusal
    assert facts.people(conn, ours) == (BEN,)


def test_facts_and_people_are_the_businesss_own(conn, ours):
    theirs = add_business(conn, "+14155550101").id
    facts.put_fact(conn, theirs, topic="parking", text="Theirs.")
    facts.put_fact(conn, ours, topic="parking", text="Ours.")
    facts.set_people(conn, theirs, [ANNA])
    facts.set_people(conn, ours, [BEN])
    assert facts.remove_fact(conn, ours, "parking") is True
    facts.set_people(conn, ours, [])
    assert facts.all_facts(conn, theirs) == (Fact(topic="parking", text="Theirs."),)
    assert facts.people(conn, theirs) == (ANNA,)
