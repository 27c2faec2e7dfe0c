"""Wishes are understood whole or asked again: `words/hard.tsv`, `words/plain.tsv`, and any word put in."""

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from office.language.wish import Limits, Wish
from office.language.wishes import parse
from storage.records import DayHours

NOW = dt.datetime(2026, 11, 21, 10, 35, tzinfo=dt.UTC)  # a Saturday
WORDS = Path(__file__).parent / "words"
ASK = "ask"


def open_at(*spans):
    return lambda _date: [
        DayHours(opens_minute=opens * 60, closes_minute=closes * 60) for opens, closes in spans
    ]


NINE_TO_FIVE = open_at((9, 17))


def table(name):
    """Language, words and reading of each line."""
    lines = (WORDS / name).read_text(encoding="utf-8").splitlines()
    return [tuple(line.split("\t")) for line in lines if not line.startswith("#")]


def reading(language, words, hours=NINE_TO_FIVE):
    wish = parse(words, NOW, language, hours)
    return f"{wish.date} {wish.from_minute} {wish.until_minute}" if isinstance(wish, Wish) else ASK


def test_a_hard_wish_is_read_right_or_asked_again():
    hard = table("hard.tsv")
    wrong = [(*row, got) for row in hard if (got := reading(*row[:2])) not in (row[2], ASK)]
    assert (len(hard) >= 600, wrong) == (True, [])


def test_of_plain_wishes_hardly_one_is_asked_again_and_none_is_read_wrong():
    plain = table("plain.tsv")
    read = [(row, reading(*row[:2])) for row in plain]
    assert [(row, got) for row, got in read if got not in (row[2], ASK)] == []
    assert sum(got == ASK for _, got in read) <= len(plain) / 100
    assert min([row[0] for row in plain].count(language) for language in ("en", "he")) >= 100


# Of time, and used in none of the plain wishes.
BENDING = {
    "en": "not never except before after until since every each fortnight weekend yesterday ago earlier "
    "later following beginning midnight unless within during early soon weekly EST",
    "he": "לא חוץ לפני מאז בסוף אתמול בחצות מוצאי במקום מאוחר בקרוב תוך כרגיל בלי",
}
# "Not urgent" is no exclusion, what follows a title is a name, and of a greeting "the morning is not good".
ELSEWHERE = {"urgent,", "patient,", "דחוף,", "טוב,", 'ד"ר'}
PLAIN = [row for row in table("plain.tsv") if not ELSEWHERE & set(row[1].split())]


@given(st.sampled_from(PLAIN), st.data())
def test_a_word_of_time_put_into_a_wish_never_leaves_the_old_reading_standing(row, data):
    language, words, meant = row
    spoken = words.split()
    at = data.draw(st.integers(0, len(spoken)))
    spoken.insert(at, data.draw(st.sampled_from(BENDING[language].split())))
    assert reading(language, " ".join(spoken)) != meant


OTHERS = {
    "en": [
        "or on 7 January",
        "and the 9th of March",
        "no, 2027-03-09",
        "and at 8:10",
        "or 8:10 pm",
        "at ten past one",
    ],
    "he": ["או ב-7 בינואר", "וגם ב-9 במרץ", "לא, 2027-03-09", "וב-8:10", "או ב-20:10", "בשמונה ועשרים"],
}


@given(st.sampled_from([row for row in PLAIN if not row[2].endswith(" 0 1440")]), st.data())
def test_another_day_or_time_behind_it_never_leaves_the_old_reading_standing(row, data):
    language, words, meant = row
    assert reading(language, f"{words} {data.draw(st.sampled_from(OTHERS[language]))}") != meant


@pytest.mark.parametrize("language", ["en", "he"])
@pytest.mark.parametrize(
    "aside",
    [
        ("for two people", "לשני אנשים"),
        ("for three haircuts", "לשלוש תספורות"),
        ("a 45 minute session", "טיפול של 45 דקות"),
        ("with Dr. May", 'עם ד"ר מאי'),
        ("my name is April", "קוראים לי מאי"),
        ("my number is 054-123-4567", "המספר שלי 054-1234567"),
        ("call me on +972 54 123 4567", "נייד 0541234567"),
        ("for my 5 year old", "לבן 5 שלי"),
        ("room 12", "חדר 12"),
        ("no problem", "אין בעיה"),
    ],
)
def test_what_counts_or_names_something_else_is_no_word_of_time(language, aside):
    words = {"en": f"tomorrow at three, {aside[0]}", "he": f"מחר בשלוש, {aside[1]}"}[language]
    assert reading(language, words) == "2026-11-22 900 901"


@pytest.mark.parametrize(
    ("words", "hours", "minute", "other"),
    [
        ("Monday at seven", [(12, 20)], 19 * 60, None),
        ("Monday at seven thirty", [(12, 20)], 19 * 60 + 30, None),
        ("Monday at eight", [(12, 20)], 20 * 60, None),  # when it closes, which is said back
        ("Monday at nine", [(12, 22)], 21 * 60, None),
        ("Monday at six", [(5, 11)], 6 * 60, None),
        ("Monday at nine", [(9, 22)], 9 * 60, 21 * 60),  # both
        ("Monday at seven", [(9, 17)], 7 * 60, 19 * 60),  # neither
        ("Monday at three", [(9, 12)], 15 * 60, 3 * 60),
        ("Monday at three", [], 15 * 60, 3 * 60),
        ("Monday at eight", [(9, 13), (16, 21)], 20 * 60, None),
        ("Monday at 7 am", [(12, 20)], 7 * 60, None),
        ("Monday at 7:00 in the morning", [(12, 20)], 7 * 60, None),
    ],
)
def test_the_half_of_the_day_is_the_one_in_which_the_business_is_open(words, hours, minute, other):
    assert parse(words, NOW, "en", open_at(*hours)) == at(dt.date(2026, 11, 23), minute, other)


@pytest.mark.parametrize(
    "words", ["Friday at one", "Friday at 12", "tonight at half past one", "Friday from one"]
)
def test_of_an_hour_of_the_night_it_is_asked_which_night(words):
    bar = open_at((0, 2), (18, 24))
    assert parse(words, NOW, "en", bar) is None
    assert parse("Friday at eight", NOW, "en", bar) == at(dt.date(2026, 11, 27), 20 * 60)
    assert parse("Friday at 1 am", NOW, "en", bar) == at(dt.date(2026, 11, 27), 60)
    assert parse("at one", NOW.replace(hour=23), "en", bar) == at(dt.date(2026, 11, 22), 60)


def at(date, minute, other_half=None):
    return Wish(date=date, from_minute=minute, until_minute=minute + 1, other_half=other_half)


def test_in_hebrew_too():
    assert parse("ביום שני בשבע", NOW, "he", open_at((12, 20))) == at(dt.date(2026, 11, 23), 19 * 60)


@pytest.mark.parametrize(
    ("words", "span"),
    [
        ("Monday after seven", (19 * 60, 1440)),
        ("Monday before seven", (0, 19 * 60)),
        ("Monday between seven and nine", (19 * 60, 21 * 60)),
        ("Monday 7 to 9", (19 * 60, 21 * 60)),
    ],
)
def test_so_are_the_ends_of_a_part_of_the_day(words, span):
    wish = parse(words, NOW, "en", open_at((12, 22)))
    assert (wish.from_minute, wish.until_minute) == span


def test_the_hours_are_those_of_the_day_that_was_named():
    def evenings_on_monday(date):
        return open_at((12, 20) if date.weekday() == 0 else (7, 12))(date)

    assert [
        parse(f"{day} at seven", NOW, "en", evenings_on_monday).from_minute for day in ("Monday", "Tuesday")
    ] == [
        19 * 60,
        7 * 60,
    ]


def test_a_time_alone_is_the_next_one_by_the_hours_of_its_day():
    def not_today(date):
        return [] if date == NOW.date() else open_at((12, 20))(date)

    assert parse("at seven", NOW, "en", not_today) == at(dt.date(2026, 11, 22), 19 * 60)


@pytest.mark.parametrize(
    ("instant", "zone", "wall"),
    [
        ("2026-12-03T15:00:00Z", "America/New_York", "2026-12-03 600 601"),
        ("2026-12-03T15:00:00+02:00", "America/New_York", "2026-12-03 480 481"),
        ("2026-12-03T20:00Z", "Asia/Kolkata", "2026-12-04 90 91"),
        ("2026-12-03T15:00:00.000Z", "Pacific/Auckland", "2026-12-04 240 241"),
        ("2026-12-03 01:00 UTC", "America/Sao_Paulo", "2026-12-02 1320 1321"),
        ("2026-12-03T15:00:00", "America/New_York", "2026-12-03 900 901"),  # no offset: the business's clock
    ],
)
def test_an_instant_is_the_one_of_the_businesss_clock(instant, zone, wall):
    wish = parse(instant, NOW.astimezone(ZoneInfo(zone)), "en")
    assert f"{wish.date} {wish.from_minute} {wish.until_minute}" == wall


def test_an_instant_that_no_calendar_has_is_asked_about():
    assert parse("0001-01-01T00:00:00+23:59", NOW, "en") is None


WEEK = [NOW.date() + dt.timedelta(days=ahead) for ahead in range(1, 8)]  # Sunday 22 to Saturday 28 November
LIMITS = [
    ("not Monday", "Sun Tue Wed Thu Fri Sat"),
    ("any day but Monday", "Sun Tue Wed Thu Fri Sat"),
    ("not on a Friday", "Sun Mon Tue Wed Thu Sat"),
    ("I can't do Monday or Tuesday", "Sun Wed Thu Fri Sat"),
    ("not Tuesday and not Wednesday", "Sun Mon Thu Fri Sat"),
    ("Sundays don't work for me", "Mon Tue Wed Thu Fri Sat"),
    ("not tomorrow", "Mon Tue Wed Thu Fri Sat"),
    ("before Friday", "Sun Mon Tue Wed Thu"),
    ("by Friday", "Sun Mon Tue Wed Thu Fri"),
    ("not after Wednesday", "Sun Mon Tue Wed"),
    ("after Wednesday", "Thu Fri Sat"),
    ("from Monday on", "Mon Tue Wed Thu Fri Sat"),
    ("no earlier than Thursday", "Thu Fri Sat"),
    ("Tuesday at the earliest", "Tue Wed Thu Fri Sat"),
    ("before the 24th", "Sun Mon"),
    ("next week but not Tuesday", "Mon Wed Thu Fri Sat"),
    ("next week, any day except Monday", "Tue Wed Thu Fri Sat"),
    ("לא ביום שני", "Sun Tue Wed Thu Fri Sat"),
    ("כל יום חוץ מיום שני", "Sun Tue Wed Thu Fri Sat"),
    ("יום שני לא טוב", "Sun Tue Wed Thu Fri Sat"),
    ("לא מחר", "Mon Tue Wed Thu Fri Sat"),
    ("לפני יום שישי", "Sun Mon Tue Wed Thu"),
    ("אחרי יום רביעי", "Thu Fri Sat"),
    ("לא לפני יום שלישי", "Tue Wed Thu Fri Sat"),
]


@pytest.mark.parametrize(("words", "allowed"), LIMITS)
def test_what_only_rules_days_out_says_which_will_do(words, allowed):
    limits = parse(words, NOW, "he" if words > "z" else "en", NINE_TO_FIVE)
    assert isinstance(limits, Limits)
    assert " ".join(f"{day:%a}" for day in WEEK if limits.allows(day)) == allowed


@pytest.mark.parametrize("words", ["not Monday, Monday please", "not tomorrow but Sunday the 22nd"])
def test_a_day_that_is_refused_and_wanted_is_asked_about(words):
    assert parse(words, NOW, "en", NINE_TO_FIVE) is None


def test_in_an_hour_is_an_hour_from_now_where_the_clock_goes_back():
    berlin = dt.datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))  # and once more at 2:30
    assert parse("in an hour", berlin, "en").from_minute == 150


def test_words_that_are_too_many_to_be_read_are_asked_about():
    assert parse("tomorrow " + "please " * 30, NOW, "en") is None
