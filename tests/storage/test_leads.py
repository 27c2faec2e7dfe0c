import attrs
import pytest

from storage import leads
from storage.errors import InvalidField, NotFound
from tests.storage.conftest import add_business

PHONE = "+14155550199"


def test_a_caller_is_one_lead_however_often_they_ring(conn):
    business_id = add_business(conn).id
    first = leads.find_or_create(conn, business_id, phone=PHONE, call_sid="CA1")
    assert attrs.asdict(first) == {
        "id": 1,
        "phone": PHONE,
        "full_name": None,
        "email": None,
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
    assert (named.full_name, named.email) == ("Dana Lévi", None)
    assert (both.full_name, both.email) == ("Dana Lévi", "dana@example.co.il")
    assert leads.get(conn, business_id, lead.id) == both


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
