import pytest

from storage import blocked
from storage.errors import InvalidField
from tests.storage.conftest import add_business

FIRST, SECOND = "+14155550188", "+14155550199"


@pytest.fixture
def ours(conn):
    return add_business(conn).id


def test_a_blocked_number_is_blocked_until_it_is_removed(conn, ours):
    for phone in (SECOND, FIRST, SECOND):
        blocked.add(conn, ours, phone)
    assert blocked.every(conn, ours) == (FIRST, SECOND)
    assert blocked.is_blocked(conn, ours, FIRST)
    assert blocked.remove(conn, ours, FIRST)
    assert not blocked.remove(conn, ours, FIRST)
    assert not blocked.is_blocked(conn, ours, FIRST)
    assert blocked.every(conn, ours) == (SECOND,)


@pytest.mark.parametrize("phone", ["", "5550188", "+1 415 555 0188", "+1415555018x"])
def test_what_is_no_number_cannot_be_blocked(conn, ours, phone):
    with pytest.raises(InvalidField) as refused:
        blocked.add(conn, ours, phone)
    assert str(refused.value) == (
        "phone: is not a number like +14155550100: a plus, the country code, digits only"
    )
    assert blocked.every(conn, ours) == ()


def test_five_hundred_numbers_are_blocked_at_most(conn, ours):
    phones = [f"+1415555{number:04}" for number in range(500)]
    for phone in phones:
        blocked.add(conn, ours, phone)
    with pytest.raises(InvalidField) as refused:
        blocked.add(conn, ours, "+14155559999")
    assert str(refused.value) == "phone: would be one more than 500 blocked numbers; remove another first"
    blocked.add(conn, ours, phones[0])
    assert blocked.every(conn, ours) == tuple(phones)
