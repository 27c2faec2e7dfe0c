"""What was typed, as what it means."""

import datetime as dt

import pytest

from storage.errors import InvalidField
from web.pages import form_fields

DAY = dt.date(2026, 10, 25)  # on which Berlin's clock goes back from three to two


@pytest.mark.parametrize("text", ["", "soon", "2026-02-30", "0001-01-01", "9999-12-31", "24.12.2026"])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(InvalidField) as caught:
        form_fields.date("on", text)
    assert str(caught.value) == "on: is no date; write it as 2026-12-24"


@pytest.mark.parametrize("text", ["", "noon", "24:00", "09:60", "09:00:00", "9", "09:00+01:00", "-1:00"])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(InvalidField) as caught:
        form_fields.time("time", text)
    assert str(caught.value) == f"time: {text!r} is no time; write it as 09:00"


@pytest.mark.parametrize("text", ["", "-1", "1.5", "ten", "²", "1234567890"])
def test_what_is_no_whole_number_is_refused(text):
    with pytest.raises(InvalidField) as caught:
        form_fields.whole_number("grid_min", text)
    assert str(caught.value) == "grid_min: is no whole number"


def test_what_is_right_is_what_it_means():
    assert form_fields.date("on", "2026-12-24") == dt.date(2026, 12, 24)
    assert form_fields.time("time", "09:05") == dt.time(9, 5)
    assert form_fields.whole_number("grid_min", " 15 ") == 15


def test_digits_of_another_script_and_signs_that_nobody_sees_mean_the_same():
    assert form_fields.date("on", "\u200f\u0662\u0660\u0662\u0666-12-\uff12\uff14") == dt.date(2026, 12, 24)
    assert form_fields.time("time", "\u0660\u0669:05\u00a0") == dt.time(9, 5)
    assert form_fields.whole_number("grid_min", "\u00a0\u06f1\u06f5\ufeff") == 15
    assert form_fields.phone("phone", "\u202a054-555\u20110177\u202c", "+97235550100") == "+972545550177"


def utc(day, hour):
    return dt.datetime(2026, 10, day, hour, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("wall", "instants"),
    [
        (dt.time(1, 30), (utc(24, 23),)),
        (dt.time(2, 30), (utc(25, 0), utc(25, 1))),
        (dt.time(3, 30), (utc(25, 2),)),
    ],
)
def test_a_wall_time_is_each_instant_at_which_the_clock_shows_it(wall, instants):
    assert form_fields.instants("time", DAY, wall, "Europe/Berlin") == instants


def test_a_wall_time_that_the_clock_leaves_out_is_refused():
    with pytest.raises(InvalidField) as caught:
        form_fields.instants("time", dt.date(2026, 3, 29), dt.time(2, 30), "Europe/Berlin")
    assert "is left out on that date" in str(caught.value)
