import attrs
import pytest

from storage import messages
from storage.errors import InvalidField
from tests.storage.conftest import add_business, add_live_call, add_test_call


@pytest.fixture
def business_id(conn):
    business_id = add_business(conn).id
    for number in (1, 2):
        add_live_call(conn, business_id, f"CA{number}")
    return business_id


def take(conn, business_id, text="Please ring back.", call_sid="CA1"):
    return messages.take(conn, business_id, lead_id=1, call_sid=call_sid, text=text)


def texts(found):
    return [message.text for message in found]


def test_a_message_is_kept_as_it_was_left(conn, business_id):
    message = take(conn, business_id, " Please ring back,\nit is urgent. ")
    assert attrs.asdict(message) == {
        "id": 1,
        "lead_id": 1,
        "call_sid": "CA1",
        "text": "Please ring back,\nit is urgent.",
        "status": "new",
        "created_at": message.created_at,
    }
    assert messages.waiting(conn, business_id) == (message,)


def test_the_same_words_in_one_call_are_one_message_and_in_another_call_another(conn, business_id):
    first = take(conn, business_id)
    assert take(conn, business_id, "Please ring back. ") == first
    assert take(conn, business_id, call_sid="CA2").id == 2
    assert messages.of_call(conn, business_id, "CA1") == (first,)


@pytest.mark.parametrize(
    ("text", "problem"),
    [(" \n", "is empty"), ("a" * 2001, "is 2001 characters long; at most 2000 are kept")],
)
def test_a_message_that_cannot_be_kept_is_refused(conn, business_id, text, problem):
    with pytest.raises(InvalidField) as refused:
        take(conn, business_id, text)
    assert (refused.value.field, refused.value.problem) == ("text", problem)
    assert messages.waiting(conn, business_id) == ()


def test_one_call_leaves_ten_messages_at_most(conn, business_id):
    for number in range(10):
        take(conn, business_id, f"message {number}")
    with pytest.raises(InvalidField, match="text: would be message 11 of one call"):
        take(conn, business_id, "message 10")
    assert take(conn, business_id, "message 9").id == 10
    assert texts(messages.of_call(conn, business_id, "CA1")) == [f"message {number}" for number in range(10)]
    assert take(conn, business_id, call_sid="CA2").id == 11


def test_a_message_that_was_dealt_with_waits_no_more(conn, business_id):
    first, second = take(conn, business_id, "first"), take(conn, business_id, "second")
    assert messages.mark_done(conn, business_id, first.id)
    assert not messages.mark_done(conn, business_id, first.id)
    assert not messages.mark_done(conn, business_id, 7)
    assert messages.waiting(conn, business_id) == (second,)
    assert messages.of_call(conn, business_id, "CA1") == (attrs.evolve(first, status="done"), second)


def test_a_message_that_is_reopened_waits_again(conn, business_id):
    message = take(conn, business_id)
    assert not messages.reopen(conn, business_id, message.id)
    messages.mark_done(conn, business_id, message.id)
    assert messages.reopen(conn, business_id, message.id)
    assert not messages.reopen(conn, business_id, 7)
    assert messages.waiting(conn, business_id) == (message,)


def test_what_was_dealt_with_is_listed_the_newest_first(conn, business_id):
    taken = [take(conn, business_id, text) for text in ("first", "second", "third", "fourth")]
    for message in taken[:3]:
        messages.mark_done(conn, business_id, message.id)
    assert texts(messages.done(conn, business_id, 9)) == ["third", "second", "first"]
    assert texts(messages.done(conn, business_id, 2)) == ["third", "second"]


def test_a_message_is_had_by_its_id(conn, business_id):
    take(conn, business_id, "first")
    second = take(conn, business_id, "second")
    assert messages.get(conn, business_id, second.id) == second
    assert messages.get(conn, business_id, 7) is None


def test_a_message_of_a_test_call_is_on_no_list_but_its_calls(conn, business_id):
    lead = add_test_call(conn, business_id, "CAtest")
    tried = messages.take(conn, business_id, lead_id=lead.id, call_sid="CAtest", text="Please ring back.")
    real = take(conn, business_id)
    assert messages.waiting(conn, business_id) == (real,)
    assert messages.of_call(conn, business_id, "CAtest") == (tried,)
    assert messages.get(conn, business_id, tried.id) == tried
    for message in (tried, real):
        messages.mark_done(conn, business_id, message.id)
    assert messages.done(conn, business_id, 1) == (attrs.evolve(real, status="done"),)
    assert messages.done(conn, business_id, 9) == (attrs.evolve(real, status="done"),)
