from functools import partial

import attrs
import pytest
import trio

from storage import leads
from storage.database import open_database
from storage.errors import InvalidField, NotFound
from tests.storage.conftest import add_business

PHONE = "+14155550199"


def test_a_caller_is_one_lead_however_often_they_ring(conn):
    business_id = add_business(conn).id
    first = leads.find_or_create(conn, business_id, phone=PHONE, call_sid="CA1")
    assert attrs.asdict(first) == {
        "id": 1,
        "phone": PHONE,
        "callback_phone": None,
        "full_name": None,
        "email": None,
        "notes": "",
        "source": "phone",
        "last_call_sid": "CA1",
        "created_at": first.created_at,
        "updated_at": first.updated_at,
    }
    again = leads.find_or_create(conn, business_id, phone=PHONE, call_sid="CA2")
    assert attrs.evolve(again, updated_at=first.updated_at) == attrs.evolve(first, last_call_sid="CA2")
    assert leads.get(conn, business_id, first.id) == again


def test_callers_who_withhold_their_number_are_a_lead_for_each_call(conn):
    business_id = add_business(conn).id
    first = leads.find_or_create(conn, business_id, phone=None, call_sid="CA1")
    second = leads.find_or_create(conn, business_id, phone=None, call_sid="CA2")
    again = leads.find_or_create(conn, business_id, phone=None, call_sid="CA1")
    assert [(lead.id, lead.phone, lead.last_call_sid) for lead in (first, second, again)] == [
        (1, None, "CA1"),
        (2, None, "CA2"),
        (1, None, "CA1"),
    ]


def test_each_business_counts_its_own_leads(conn):
    ours, theirs = add_business(conn).id, add_business(conn, "+14155550101").id
    assert leads.find_or_create(conn, ours, phone=PHONE, call_sid="CA1").id == 1
    assert leads.find_or_create(conn, theirs, phone=PHONE, call_sid="CA2").id == 1
    assert leads.find_or_create(conn, ours, phone="+14155550198", call_sid="CA3").id == 2


def test_details_are_kept_one_by_one(conn):
    business_id = add_business(conn).id
    lead = leads.find_or_create(conn, business_id, phone=PHONE, call_sid="CA1")
    named = leads.update_details(conn, business_id, lead.id, full_name=" Dana Lévi ")
    both = leads.update_details(conn, business_id, lead.id, email="dana@example.co.il")
    noted = leads.update_details(
        conn, business_id, lead.id, callback_phone="+14155550177", notes=" allergic\nto latex "
    )
    assert (noted.full_name, noted.email, noted.callback_phone, noted.notes) == (
        "Dana Lévi",
        "dana@example.co.il",
        "+14155550177",
        "allergic\nto latex",
    )
    assert (named.full_name, named.email) == ("Dana Lévi", None)
    assert (both.full_name, both.email) == ("Dana Lévi", "dana@example.co.il")
    assert leads.get(conn, business_id, lead.id) == noted


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("full_name", "", "is empty"),
        ("full_name", "a\tb", "must be one line of text"),
        ("full_name", "a" * 201, "is 201 characters long; at most 200 are kept"),
        ("email", "dana", "is not a mail address; it should look like name@example.com"),
        ("email", "dana@localhost", "is not a mail address; it should look like name@example.com"),
        ("email", "a b@example.com", "is not a mail address; it should look like name@example.com"),
        ("email", "a@b@example.com", "is not a mail address; it should look like name@example.com"),
        ("email", "dana@example..com", "is not a mail address; it should look like name@example.com"),
        ("email", "a" * 250 + "@b.io", "is 255 characters long; at most 254 are kept"),
        (
            "callback_phone",
            "0301234567",
            "is not a number like +14155550100: a plus, the country code, digits only",
        ),
        ("notes", "a" * 2001, "is 2001 characters long; at most 2000 are kept"),
    ],
)
def test_a_detail_that_cannot_be_kept_is_refused_and_so_is_the_other(conn, field, value, problem):
    business_id = add_business(conn).id
    lead = leads.find_or_create(conn, business_id, phone=PHONE, call_sid="CA1")
    details = {"full_name": "Dana", "email": "dana@example.com", field: value}
    with pytest.raises(InvalidField) as refused:
        leads.update_details(conn, business_id, lead.id, **details)
    assert (refused.value.field, refused.value.problem) == (field, problem)
    assert leads.get(conn, business_id, lead.id) == lead


def test_a_lead_that_does_not_exist_has_no_details(conn):
    business_id = add_business(conn).id
    with pytest.raises(NotFound, match="no lead 7"):
        leads.update_details(conn, business_id, 7, full_name="Dana")
    assert leads.get(conn, business_id, 7) is None


def test_a_lead_is_found_by_the_number_it_rings_from_and_by_no_other(conn):
    business_id = add_business(conn).id
    lead = leads.find_or_create(conn, business_id, phone=PHONE, call_sid="CA1")
    lead = leads.update_details(conn, business_id, lead.id, callback_phone="+14155550177")
    assert leads.of_phone(conn, business_id, PHONE) == lead
    assert leads.of_phone(conn, business_id, "+14155550177") is None


def test_everybody_who_rang_is_listed_the_newest_first(conn):
    business_id = add_business(conn).id
    for number, phone in enumerate((PHONE, None, "+14155550198")):
        leads.find_or_create(conn, business_id, phone=phone, call_sid=f"CA{number}")
    leads.find_or_create(conn, business_id, phone=PHONE, call_sid="CA9")
    assert [lead.phone for lead in leads.every(conn, business_id)] == ["+14155550198", None, PHONE]


@pytest.mark.parametrize("phone", [None, PHONE])
def test_who_tries_the_receptionist_is_a_lead_of_that_call_alone_and_on_no_list(conn, phone):
    business_id = add_business(conn).id
    caller = leads.find_or_create(conn, business_id, phone=PHONE, call_sid="CA1")
    tries = [
        leads.find_or_create(conn, business_id, phone=phone, call_sid=sid, source="test")
        for sid in ("CAtest", "CAother", "CAtest")
    ]
    assert [(lead.id, lead.phone, lead.source, lead.last_call_sid) for lead in tries] == [
        (2, None, "test", "CAtest"),
        (3, None, "test", "CAother"),
        (2, None, "test", "CAtest"),
    ]
    assert leads.every(conn, business_id) == (caller,)
    assert leads.of_phone(conn, business_id, PHONE) == caller


async def test_calls_from_one_number_at_once_make_one_lead(tmp_path):
    found = []

    async def ring(number):
        job = partial(leads.find_or_create, business_id=1, phone=PHONE, call_sid=f"CA{number}")
        found.append(await database.write(job))

    async with open_database(tmp_path / "frontdesk.db") as database:
        await database.write(add_business)
        async with trio.open_nursery() as nursery:
            for number in range(10):
                nursery.start_soon(ring, number)
        (lead,) = await database.read(partial(leads.every, business_id=1))
    assert {each.id for each in found} == {lead.id}


# Those that the owner writes in.


def test_an_owner_writes_in_somebody_who_never_rang(conn):
    business_id = add_business(conn).id
    lead = leads.write_in(conn, business_id, full_name=" Dana Lévi ", phone=PHONE, email=" dana@example.com")
    assert attrs.asdict(lead) == {
        "id": 1,
        "phone": PHONE,
        "callback_phone": None,
        "full_name": "Dana Lévi",
        "email": "dana@example.com",
        "notes": "",
        "source": "owner",
        "last_call_sid": None,
        "created_at": lead.created_at,
        "updated_at": lead.updated_at,
    }
    rang = leads.find_or_create(conn, business_id, phone=PHONE, call_sid="CA1")
    assert attrs.evolve(rang, updated_at=lead.updated_at) == attrs.evolve(lead, last_call_sid="CA1")


def test_two_who_are_written_in_without_a_number_are_two_leads(conn):
    business_id = add_business(conn).id
    written = [leads.write_in(conn, business_id, full_name="Dana") for _ in range(2)]
    assert [(lead.id, lead.phone, lead.email) for lead in written] == [(1, None, None), (2, None, None)]


def test_who_is_known_by_the_number_gets_only_what_is_missing(conn):
    business_id = add_business(conn).id
    lead = leads.find_or_create(conn, business_id, phone=PHONE, call_sid="CA1")
    written = {"phone": PHONE, "full_name": "Dana"}
    named = leads.write_in(conn, business_id, **written)
    assert attrs.evolve(named, updated_at=lead.updated_at) == attrs.evolve(lead, full_name="Dana")
    written = {"phone": PHONE, "full_name": "Mallory", "email": "dana@example.com"}
    mailed = leads.write_in(conn, business_id, **written)
    assert attrs.evolve(mailed, updated_at=lead.updated_at) == attrs.evolve(
        lead, full_name="Dana", email="dana@example.com"
    )
    again = leads.write_in(conn, business_id, **{**written, "email": "mallory@example.com"})
    assert (again.email, leads.every(conn, business_id)) == ("dana@example.com", (again,))


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("full_name", " ", "is empty"),
        ("full_name", "a" * 201, "is 201 characters long; at most 200 are kept"),
        ("phone", "0301234567", "is not a number like +14155550100: a plus, the country code, digits only"),
        ("email", "dana", "is not a mail address; it should look like name@example.com"),
    ],
)
@pytest.mark.parametrize("known", [False, True])
def test_who_cannot_be_written_in_is_refused_by_the_field(conn, field, value, problem, known):
    business_id = add_business(conn).id
    if known:
        leads.find_or_create(conn, business_id, phone=PHONE, call_sid="CA1")
    before = leads.every(conn, business_id)
    with pytest.raises(InvalidField) as refused:
        leads.write_in(conn, business_id, **{"full_name": "Dana", "phone": PHONE, field: value})
    assert (refused.value.field, refused.value.problem) == (field, problem)
    assert leads.every(conn, business_id) == before


def test_leads_are_called_by_their_name_or_else_by_their_number(conn):
    business_id = add_business(conn).id
    for number, phone in enumerate((PHONE, "+14155550198", None, "+14155550197")):
        leads.find_or_create(conn, business_id, phone=phone, call_sid=f"CA{number}")
    leads.update_details(conn, business_id, 1, full_name="Dana")
    assert leads.names(conn, business_id, {1, 2, 3, 99}) == {1: "Dana", 2: "+14155550198"}
    assert leads.names(conn, business_id, ()) == {}


def test_who_gave_a_name_and_no_number_is_listed_the_newest_first(conn):
    ours = add_business(conn).id
    for number, more in enumerate(({}, {"callback_phone": "+14155550188"}, {}), start=1):
        leads.find_or_create(conn, ours, phone=None, call_sid=f"CA{number}")
        leads.update_details(conn, ours, number, full_name=f"Caller {number}", **more)
    leads.find_or_create(conn, ours, phone=None, call_sid="CAnameless")
    tested = leads.find_or_create(conn, ours, phone=None, call_sid="CAtest", source="test")
    leads.update_details(conn, ours, tested.id, full_name="A test")
    leads.write_in(conn, ours, full_name="Numbered", phone="+14155550177")
    leads.write_in(conn, ours, full_name="Zoe")
    names = [lead.full_name for lead in leads.without_number(conn, ours, 99)]
    assert (names, len(leads.without_number(conn, ours, 2))) == (["Zoe", "Caller 3", "Caller 1"], 2)
