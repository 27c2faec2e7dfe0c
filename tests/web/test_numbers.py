import pytest

from web import numbers


def test_a_callers_number_is_kept():
    assert numbers.caller_number("+14155550199") == "+14155550199"


@pytest.mark.parametrize(
    "shown",
    [
        "+266696687",
        "+7378742833",
        "+86282452253",
        "+2562533",
        "+8656696",
        "anonymous",
        "Restricted",
        "",
        "client:alice",
        "sip:alice@example.com",
        " 14155550199",  # a plus that was decoded twice
        "+1415555019\n",
        "+٤١٤٥٥٥٥٠١",  # digits, but not the carrier's
    ],
)
def test_a_withheld_caller_has_no_number(shown):
    assert numbers.caller_number(shown) is None


def test_a_businesss_number_is_written_as_the_carrier_writes_it():
    assert numbers.business_number("+1 (415) 555-0100") == "+14155550100"


@pytest.mark.parametrize("text", ["0541234567", "+", "", "+1", "+1415555010012345678", "reception"])
def test_what_nobody_could_call_is_refused_with_the_right_form(text):
    with pytest.raises(ValueError, match=r"write it as \+14155550100"):
        numbers.business_number(text)


def test_a_number_in_a_log_shows_two_digits():
    assert [numbers.masked(number) for number in ("+14155550199", "")] == ["…99", "(none)"]
