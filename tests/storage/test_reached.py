"""Whether calls reach a business, with the server as it is set up."""

import pytest

from storage import reached
from storage.records import Reached
from tests.storage.conftest import HOUR, NOW, add_business

SETUP, OTHER = "a" * 64, "b" * 64


@pytest.fixture
def business_id(conn):
    return add_business(conn).id


def test_no_call_has_come_until_one_is_noted_and_the_first_stays(conn, business_id):
    assert reached.get(conn, business_id, SETUP) is None
    for hours in range(2):
        reached.note(conn, business_id, SETUP, NOW + hours * HOUR)
    assert reached.get(conn, business_id, SETUP) == Reached(came_at=NOW, heard_at=None)


def test_that_a_caller_heard_the_receptionist_stays_known(conn, business_id):
    reached.note(conn, business_id, SETUP, NOW)
    reached.note(conn, business_id, SETUP, NOW + HOUR, heard=True)
    for heard in (True, False):
        reached.note(conn, business_id, SETUP, NOW + 2 * HOUR, heard=heard)
    assert reached.get(conn, business_id, SETUP) == Reached(came_at=NOW, heard_at=NOW + HOUR)


def test_under_another_setup_nothing_is_known_and_it_begins_again(conn, business_id):
    reached.note(conn, business_id, SETUP, NOW, heard=True)
    assert reached.get(conn, business_id, OTHER) is None
    reached.note(conn, business_id, OTHER, NOW + HOUR)
    assert reached.get(conn, business_id, OTHER) == Reached(came_at=NOW + HOUR, heard_at=None)
    assert reached.get(conn, business_id, SETUP) is None


def test_of_the_file_it_is_known_whether_a_call_has_reached_any_business(conn, business_id):
    add_business(conn, "+14155550101")
    assert not reached.any_business(conn, SETUP)
    reached.note(conn, business_id, SETUP, NOW)
    assert (reached.any_business(conn, SETUP), reached.any_business(conn, OTHER)) == (True, False)
