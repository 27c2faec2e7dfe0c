import sqlite3

import attrs
import pytest

from storage import services
from storage.errors import InvalidField, NotFound
from storage.records import Service
from tests.storage.conftest import add_business

CUT = {"name": "haircut", "duration_min": 45}


@pytest.fixture
def ours(conn):
    return add_business(conn).id


def test_a_service_is_offered_as_it_was_added(conn, ours):
    added = services.add(
        conn,
        ours,
        name="  root canal ",
        duration_min=90,
        buffer_before_min=5,
        buffer_after_min=15,
        price=" from eighty dollars ",
    )
    assert added == Service(
        id=1,
        name="root canal",
        duration_min=90,
        buffer_before_min=5,
        buffer_after_min=15,
        price="from eighty dollars",
        active=True,
    )
    assert services.offered(conn, ours) == (added,)
    assert services.get(conn, ours, 1) == added


def test_a_service_needs_no_buffers_and_no_price(conn, ours):
    assert services.add(conn, ours, **CUT) == Service(
        id=1,
        name="haircut",
        duration_min=45,
        buffer_before_min=0,
        buffer_after_min=0,
        price="",
        active=True,
    )


def test_services_are_offered_in_the_order_in_which_they_were_added(conn, ours):
    names = ["shave", "haircut", "colour"]
    for name in names:
        services.add(conn, ours, name=name, duration_min=30)
    assert [service.name for service in services.offered(conn, ours)] == names


def test_a_retired_service_is_known_but_not_offered(conn, ours):
    old = services.add(conn, ours, **CUT)
    assert services.retire(conn, ours, old.id) is True
    assert services.retire(conn, ours, old.id) is False
    assert services.offered(conn, ours) == ()
    assert services.get(conn, ours, old.id).active is False


def test_the_name_of_a_retired_service_is_free_again_and_its_id_is_not(conn, ours):
    services.retire(conn, ours, services.add(conn, ours, **CUT).id)
    assert services.add(conn, ours, **CUT).id == 2


@pytest.mark.parametrize(("first", "second"), [("haircut", "Haircut"), ("Tönung", "TÖNUNG")])
def test_two_services_cannot_have_one_name(conn, ours, first, second):
    services.add(conn, ours, name=first, duration_min=30)
    with pytest.raises(InvalidField, match="name: is a service already; retire that one first"):
        services.add(conn, ours, name=second, duration_min=60)
    assert len(services.offered(conn, ours)) == 1


SENSELESS = [
    ("name", " ", "is empty"),
    ("name", "a\nb", "must be one line of text"),
    ("name", "a" * 81, "is 81 characters long; at most 80 are kept"),
    ("duration_min", 4, "is 4; it must be between 5 and 480"),
    ("duration_min", 481, "is 481; it must be between 5 and 480"),
    ("buffer_before_min", -1, "is -1; it must be between 0 and 240"),
    ("buffer_before_min", 241, "is 241; it must be between 0 and 240"),
    ("buffer_after_min", -1, "is -1; it must be between 0 and 240"),
    ("buffer_after_min", 241, "is 241; it must be between 0 and 240"),
    ("price", "a\nb", "must be one line of text"),
    ("price", "a" * 81, "is 81 characters long; at most 80 are kept"),
]


@pytest.mark.parametrize(("field", "value", "problem"), SENSELESS)
def test_a_service_that_makes_no_sense_is_refused_by_its_field(conn, ours, field, value, problem):
    with pytest.raises(InvalidField) as refused:
        services.add(conn, ours, **{**CUT, field: value})
    assert (refused.value.field, refused.value.problem) == (field, problem)
    assert services.offered(conn, ours) == ()


def test_a_services_ends_are_included(conn, ours):
    for name, minutes in (("least", (5, 0, 0)), ("most", (480, 240, 240))):
        duration, before, after = minutes
        services.add(
            conn,
            ours,
            name=name,
            duration_min=duration,
            buffer_before_min=before,
            buffer_after_min=after,
        )
    assert [service.duration_min for service in services.offered(conn, ours)] == [5, 480]


def test_services_are_the_businesss_own(conn, ours):
    theirs = add_business(conn, "+14155550101").id
    services.add(conn, ours, name="shave", duration_min=30)
    cut, same_name = services.add(conn, ours, **CUT), services.add(conn, theirs, **CUT)
    assert (cut.id, same_name.id) == (2, 1)
    assert services.get(conn, theirs, cut.id) is None
    assert services.retire(conn, theirs, cut.id) is False
    assert services.offered(conn, theirs) == (same_name,)
    with pytest.raises(sqlite3.IntegrityError):
        services.add(conn, 99, **CUT)


# Changing what is offered.


def test_a_service_is_changed_in_what_is_named_and_stays_in_the_rest(conn, ours):
    services.add(conn, ours, name="shave", duration_min=30)
    cut = services.add(conn, ours, **CUT, buffer_after_min=10, price="forty")
    assert services.change(conn, ours, cut.id) == cut
    changed = services.change(conn, ours, cut.id, name=" trim ", duration_min=60, price=" ")
    assert changed == attrs.evolve(cut, name="trim", duration_min=60, price="")
    buffered = services.change(conn, ours, cut.id, buffer_before_min=5, buffer_after_min=0)
    assert buffered == attrs.evolve(changed, buffer_before_min=5, buffer_after_min=0)
    assert services.get(conn, ours, cut.id) == buffered
    assert services.get(conn, ours, 1).name == "shave"


def test_a_service_may_keep_its_name_or_take_that_of_a_retired_one(conn, ours):
    cut, shave = services.add(conn, ours, **CUT), services.add(conn, ours, name="shave", duration_min=30)
    assert services.change(conn, ours, cut.id, name="HAIRCUT").name == "HAIRCUT"
    with pytest.raises(InvalidField, match="name: is a service already; retire that one first"):
        services.change(conn, ours, cut.id, name="Shave")
    services.retire(conn, ours, shave.id)
    assert services.change(conn, ours, cut.id, name="Shave").name == "Shave"


@pytest.mark.parametrize(("field", "value", "problem"), SENSELESS)
def test_a_change_that_makes_no_sense_is_refused_by_its_field(conn, ours, field, value, problem):
    cut = services.add(conn, ours, **CUT)
    with pytest.raises(InvalidField) as refused:
        services.change(conn, ours, cut.id, **{"name": "trim", field: value})
    assert (refused.value.field, refused.value.problem) == (field, problem)
    assert services.offered(conn, ours) == (cut,)


def test_only_what_is_offered_can_be_changed(conn, ours):
    old = services.add(conn, ours, **CUT)
    services.retire(conn, ours, old.id)
    for service_id in (old.id, 7):
        with pytest.raises(NotFound, match=f"no service {service_id}"):
            services.change(conn, ours, service_id, name="trim")
    assert services.get(conn, ours, old.id) == attrs.evolve(old, active=False)
