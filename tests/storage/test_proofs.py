import pytest

from storage import appointments, booking, erasure, proofs
from tests.storage.conftest import HOUR, MONDAY_9, NOW, add_business, add_live_call, book, end_call


@pytest.fixture
def business_id(conn):
    business_id = add_business(conn).id
    add_live_call(conn, business_id, "CA1")
    add_live_call(conn, business_id, "CA2")
    return business_id


def theirs(conn, business_id, call_sid="CA2", since=NOW):
    return [each.starts_at for each in proofs.theirs(conn, business_id, call_sid, since)]


def test_what_a_call_booked_and_what_its_caller_has_shown_is_theirs_in_that_call_alone(conn, business_id):
    shown = book(conn, business_id).appointment
    book(conn, business_id, MONDAY_9 + 2 * HOUR)
    book(conn, business_id, MONDAY_9 - HOUR, call_sid="CA2")
    assert theirs(conn, business_id) == [MONDAY_9 - HOUR]
    for _ in range(2):
        proofs.note(conn, business_id, "CA2", [shown.id])
    assert theirs(conn, business_id) == [MONDAY_9 - HOUR, MONDAY_9]
    assert theirs(conn, business_id, since=MONDAY_9) == [MONDAY_9]
    assert theirs(conn, business_id, "CA1") == [MONDAY_9, MONDAY_9 + 2 * HOUR]


def test_it_is_theirs_where_it_was_moved_to_and_until_it_is_cancelled(conn, business_id):
    shown = book(conn, business_id).appointment
    proofs.note(conn, business_id, "CA2", [shown.id])
    booking.move_for_owner(conn, business_id, shown.id, to=MONDAY_9 + HOUR, now=NOW)
    assert theirs(conn, business_id) == [MONDAY_9 + HOUR]
    appointments.cancel(conn, business_id, shown.id)
    assert theirs(conn, business_id) == []


def test_that_something_was_shown_is_known_also_when_it_has_been_cancelled(conn, business_id):
    shown = book(conn, business_id).appointment
    proofs.note(conn, business_id, "CA2", [shown.id])
    appointments.cancel(conn, business_id, shown.id)
    assert [proofs.any_of(conn, business_id, sid) for sid in ("CA1", "CA2")] == [False, True]


def test_what_was_erased_leaves_no_proof_of_it(conn, business_id):
    book(conn, business_id)
    proofs.note(conn, business_id, "CA2", [1])
    conn.execute("DELETE FROM appointments WHERE id = 1")
    assert not proofs.any_of(conn, business_id, "CA2")
    book(conn, business_id)
    proofs.note(conn, business_id, "CA2", [2])
    end_call(conn, business_id, "CA2")
    erasure.erase_call(conn, business_id, "CA2")
    assert not proofs.any_of(conn, business_id, "CA2")
