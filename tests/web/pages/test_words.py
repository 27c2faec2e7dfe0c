"""What the pages say, in both languages."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from storage.errors import InvalidField
from tests.web.pages.messages import forms, found, lacking, places, translated
from web.pages.render import words_of
from web.pages.words import clock, phone, said, span


def test_hebrew_says_everything_that_english_says():
    assert [message.id for message in lacking("he")] == []


def test_hebrew_says_nothing_that_nobody_asks_for():
    known = {message.id for message in found()}
    assert [message.id for message in translated("he") if message.id not in known] == []


def test_a_translation_has_a_place_for_each_value():
    for message in translated("he"):
        wanted = places(forms(message.id)[-1])
        for form in forms(message.string)[1:] or forms(message.string):
            assert (message.id, places(form)) == (message.id, wanted)


def test_what_is_extracted_is_what_is_said():
    known = {forms(message.id)[0] for message in found() if message.id}
    assert {"Hours", "Saved.", "is empty", "{first} and {second} overlap; join them"} <= known


@pytest.mark.parametrize(
    ("language", "direction", "first", "name"), [("en", "ltr", 0, "Monday"), ("he", "rtl", 6, "יום ראשון")]
)
def test_each_language_has_its_direction_and_its_week(language, direction, first, name):
    words = words_of(language)
    assert (words.direction, words.week[0], words.weekday(words.week[0])) == (direction, first, name)


def test_a_refusal_is_said_with_its_values():
    error = InvalidField(
        "name", "is {number} characters long; at most {most} are kept", {"number": 9, "most": 5}
    )
    assert words_of("en").problem(error) == "is 9 characters long; at most 5 are kept"
    assert "9" in words_of("he").problem(error)


def test_times_and_numbers_keep_their_order_in_a_text_from_right_to_left():
    assert clock(dt.datetime(2026, 11, 21, 9, 5, tzinfo=dt.UTC)) == clock(545) == "09:05"
    assert span(540, 1440) == '<bdi dir="ltr">09:00\u201324:00</bdi>'
    assert phone("+972541234567") == '<bdi dir="ltr">+972 54-123-4567</bdi>'
    assert phone(None) == ""


NIGHT = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)  # at 6:00 UTC New York's clock goes back from 2:00 to 1:00


@pytest.mark.parametrize(
    ("hour", "minutes", "shown"),
    [
        (4, 30, "00:00\u201300:30"),
        (5.5, 45, "01:30 EDT\u201301:15 EST"),
        (5.25, 30, "01:15 EDT\u201301:45 EDT"),
        (6.25, 30, "01:15 EST\u201301:45 EST"),
        (5.5, 120, "01:30 EDT\u201302:30 EST"),
        (7, 30, "02:00\u201302:30"),
    ],
)
def test_a_span_of_the_night_in_which_the_clock_goes_back_says_which_times_it_means(hour, minutes, shown):
    starts, ends = (
        (NIGHT + dt.timedelta(hours=hour, minutes=after)).astimezone(ZoneInfo("America/New_York"))
        for after in (0, minutes)
    )
    in_one_piece = shown.replace(" ", "\N{NO-BREAK SPACE}")
    assert span(starts, ends) == f'<bdi dir="ltr">{in_one_piece}</bdi>'


def test_what_callers_say_can_become_no_markup():
    assert said("<b>\u202e&") == '<bdi dir="auto">&lt;b&gt;\u202e&amp;</bdi>'
