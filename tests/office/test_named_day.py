"""Whether the words that a caller heard name the day of a time."""

import datetime as dt

import pytest

from office.language.named_day import names_day

SATURDAY = dt.date(2026, 11, 21)
TUESDAY, WEDNESDAY = dt.date(2026, 11, 24), dt.date(2026, 11, 25)
NEXT_TUESDAY = dt.date(2026, 12, 1)


@pytest.mark.parametrize(
    ("words", "day", "language"),
    [
        ("Does Tuesday 24 November at 9:30 work for you?", TUESDAY, "en"),
        ("On Tuesday I have nine or ten.", TUESDAY, "en"),
        ("November twenty-fourth at nine.", TUESDAY, "en"),
        ("Tuesday, the 24th, at nine.", TUESDAY, "en"),
        ("Tomorrow at nine.", dt.date(2026, 11, 22), "en"),
        ("Today at four, then.", SATURDAY, "en"),
        ("Tuesday the 24th or Wednesday the 25th?", TUESDAY, "en"),
        ("Wednesday the 25th and Tuesday the 24th are free.", WEDNESDAY, "en"),
        ("Tuesday 24 November at 16:30, or Wednesday 25 November at 9:00.", TUESDAY, "en"),
        ("Tuesday 24 November at 16:30, or Wednesday 25 November at 9:00.", WEDNESDAY, "en"),
        ("יום שלישי, 24 בנובמבר, בשעה 9:00, מתאים לכם?", TUESDAY, "he"),
        ("מחר בתשע", dt.date(2026, 11, 22), "he"),
        ("Tuesday at nine, yes?", TUESDAY, "he"),
    ],
)
def test_a_day_is_named_by_its_date_its_weekday_or_by_today(words, day, language):
    assert names_day(words, day, SATURDAY, language) is True


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("", TUESDAY),
        ("I have nine, nine thirty or ten. Which one suits you?", TUESDAY),
        ("Wednesday at nine?", TUESDAY),
        ("On Tuesday the 8th I have nine.", NEXT_TUESDAY),
        ("Tuesday, the 8th of December.", NEXT_TUESDAY),
        ("Tomorrow, Tuesday, at nine.", TUESDAY),
        ("Tuesday 24 October at nine.", TUESDAY),
        ("They are 24 euros, and it is free at nine.", TUESDAY),
        ("One moment, please.", TUESDAY),
        ("in 24 hours", TUESDAY),
        ("Does", TUESDAY),
    ],
)
def test_another_day_or_none_is_not_the_day(words, day):
    assert names_day(words, day, SATURDAY, "en") is False


@pytest.mark.parametrize("language", ["en", "es", "ru"])
@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("¿Le viene bien el martes 24 de noviembre a las 9:00?", True),
        ("Вам подходит вторник, 24 ноября, в 9:00?", True),
        ("¿Le viene bien el martes veinticuatro?", None),
        ("El 8 de diciembre, a las 9:24.", None),
    ],
)
def test_of_a_language_that_is_not_read_the_number_of_the_day_can_be_told(words, told, language):
    assert names_day(words, TUESDAY, SATURDAY, language) is told
