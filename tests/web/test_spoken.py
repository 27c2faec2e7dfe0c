import datetime as dt

import pytest

from storage.records import WeeklyHours
from web import spoken


def span(weekday, opens, closes):
    return WeeklyHours(weekday=weekday, opens_minute=opens * 60, closes_minute=closes * 60)


@pytest.mark.parametrize(
    ("spans", "words"),
    [
        ([], "no regular opening hours"),
        ([span(day, 9, 17) for day in range(5)], "Monday to Friday 9:00 to 17:00, closed on other days"),
        ([span(day, 0, 24) for day in range(7)], "Monday to Sunday 0:00 to midnight"),
        (
            [span(0, 9, 12), span(0, 13, 18), span(1, 9, 12), span(1, 13, 18), span(5, 10, 14)],
            "Monday to Tuesday 9:00 to 12:00 and 13:00 to 18:00, Saturday 10:00 to 14:00, "
            "closed on other days",
        ),
        (
            [span(0, 9, 17), span(2, 9, 17)],
            "Monday 9:00 to 17:00, Wednesday 9:00 to 17:00, closed on other days",
        ),
    ],
)
def test_hours_are_said_as_people_say_them(spans, words):
    assert spoken.hours(spans) == words


def test_a_date_is_said_with_its_weekday():
    assert spoken.date(dt.date(2026, 11, 21)) == "Saturday, 21 November 2026"
