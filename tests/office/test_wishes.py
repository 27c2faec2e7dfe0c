import datetime as dt

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from office.language.wish import Wish
from office.language.wishes import parse

NOW = dt.datetime(2026, 11, 21, 10, 35, tzinfo=dt.UTC)  # a Saturday
ALL_DAY = (0, 1440)


def at(minute):
    return (minute, minute + 1)


def nov(day, span=ALL_DAY):
    return wish(dt.date(2026, 11, day), span)


def dec(day, span=ALL_DAY):
    return wish(dt.date(2026, 12, day), span)


def wish(date, span):
    return Wish(date=date, from_minute=span[0], until_minute=span[1])


def meaning(text, language):
    """The first day and the time that the words and the hours have; what they would do for as well, aside."""
    return evolve(parse(text, NOW, language), other_half=None, last=None)


ENGLISH = [
    ("2026-11-24", nov(24)),
    ("2026-11-24T10:30", nov(24, at(630))),
    ("2026-11-24 09:00", nov(24, at(540))),
    ("2026-11-01", nov(1)),
    ("today", nov(21)),
    ("Tomorrow morning", nov(22, (0, 720))),
    ("tomorrow at ten", nov(22, at(600))),
    ("the day after tomorrow, after three", nov(23, (900, 1440))),
    ("tomorrow before noon", nov(22, (0, 720))),
    ("tomorrow between ten and twelve", nov(22, (600, 720))),
    ("Monday from 9 to 5", nov(23, (540, 1020))),
    ("Sunday", nov(22)),
    ("on Saturday", nov(28)),
    ("this Saturday", nov(21)),
    ("next Sunday afternoon", nov(29, (720, 1080))),
    ("next Tuesday at half past ten", nov(24, at(630))),
    ("Tuesday next week", nov(24)),
    ("next week", nov(23)),
    ("the week after next", nov(30)),
    ("a week from Sunday", nov(29)),
    ("in three days", nov(24)),
    ("in a week", nov(28)),
    ("two weeks from now", dec(5)),
    ("a couple of days from now", nov(23)),
    ("in a month", dec(21)),
    ("the 24th", nov(24)),
    ("Tuesday the 24th", nov(24)),
    ("on the first", dec(1)),
    ("the 20th", dec(20)),
    ("24 December", dec(24)),
    ("December 24th at three", dec(24, at(900))),
    ("the twenty-fourth of December", dec(24)),
    ("Dec 24, 2026 at 9am", dec(24, at(540))),
    ("24/12", dec(24)),
    ("12/24/2026", dec(24)),
    ("Friday three thirty", nov(27, at(930))),
    ("Friday at 3:30 p.m.", nov(27, at(930))),
    ("quarter to four on Monday", nov(23, at(945))),
    ("Monday at noon", nov(23, at(720))),
    ("Monday evening", nov(23, (1020, 1440))),
    ("Monday at seven in the evening", nov(23, at(1140))),
    ("Monday or Tuesday", nov(23)),
    ("tonight", nov(21, (1020, 1440))),
    ("at ten", nov(22, at(600))),
    ("11:30", nov(21, at(690))),
    ("3 pm", nov(21, at(900))),
    ("as soon as possible", nov(21)),
    ("first available on Tuesday", nov(24)),
    ("29 February", wish(dt.date(2028, 2, 29), ALL_DAY)),
]
HEBREW = [
    ("2026-11-24T10:30", nov(24, at(630))),
    ("היום", nov(21)),
    ("מחר", nov(22)),
    ("מחר בבוקר", nov(22, (0, 720))),
    ("מחרתיים בשלוש", nov(23, at(900))),
    ("מחר אחרי שלוש", nov(22, (900, 1440))),
    ("מחר לפני עשר", nov(22, (0, 600))),
    ("מחר מ-10 עד 12", nov(22, (600, 720))),
    ("יום שני בין 10 ל-12", nov(23, (600, 720))),
    ("מחר בצהריים", nov(22, (660, 840))),
    ("יום ראשון", nov(22)),
    ("יום ראשון הבא אחר הצהריים", nov(22, (720, 1080))),
    ("יום שלישי הקרוב", nov(24)),
    ("יום שלישי בשבוע הבא", nov(24)),
    ("שבת", nov(28)),
    ("שבוע הבא", nov(22)),
    ("בעוד שבוע", nov(28)),
    ("בעוד שבועיים", dec(5)),
    ("עוד יומיים", nov(23)),
    ("בעוד שלושה ימים", nov(24)),
    ("בעוד חודש", dec(21)),
    ("ה-24 בדצמבר", dec(24)),
    ("עשרים וארבעה בדצמבר", dec(24)),
    ("24.12", dec(24)),
    ("24.12.2026 בשעה 9:15", dec(24, at(555))),
    ("ב-24 לחודש", nov(24)),
    ("יום חמישי ה-26 בנובמבר בשעה אחת עשרה", nov(26, at(660))),
    ("ביום שלישי בעשר וחצי", nov(24, at(630))),
    ("ביום שלישי ברבע לעשר", nov(24, at(585))),
    ("בעשרה לשלוש", nov(21, at(890))),
    ("בעשר ועשרים", nov(22, at(620))),
    ("יום ה' בשתים עשרה", nov(26, at(720))),
    ("בשבע בערב", nov(21, at(1140))),
    ("היום בארבע", nov(21, at(960))),
    ("הכי מוקדם שאפשר", nov(21)),
    ("tomorrow at ten", nov(22, at(600))),
]


@pytest.mark.parametrize(("text", "wanted"), ENGLISH)
def test_english_words_mean_a_day_and_a_time(text, wanted):
    assert meaning(text, "en") == wanted


@pytest.mark.parametrize(("text", "wanted"), HEBREW)
def test_hebrew_words_mean_a_day_and_a_time(text, wanted):
    assert meaning(text, "he") == wanted


def test_english_words_are_understood_for_every_other_language():
    assert parse("tomorrow", NOW, "fr") == nov(22)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "30 February",
        "2026-02-30",
        "0000-11-24",
        "9999-12-31",
        "Wednesday the 24th",
        "tomorrow, Monday",
        "yesterday",
        "last Tuesday",
        "in 100000 days",
        "אתמול",
        "שלום",
        "יום רביעי ה-24 בנובמבר",
        "\ud800",
    ],
)
def test_what_names_no_day_or_a_wrong_one_is_asked_again(text):
    assert [parse(text, NOW, language) for language in ("en", "he")] == [None, None]


def test_a_date_in_figures_is_ambiguous_in_english_only():
    assert [parse("5/6", NOW, language) for language in ("en", "he")] == [
        None,
        wish(dt.date(2027, 6, 5), ALL_DAY),
    ]


def test_on_a_weekday_its_name_is_a_week_ahead_and_this_one_is_today():
    monday = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
    assert [parse(f"{word}monday", monday, "en") for word in ("", "this ", "next ")] == [
        nov(30),
        nov(23),
        nov(30),
    ]


def test_the_next_sunday_depends_on_where_the_week_begins():
    wednesday = dt.datetime(2026, 11, 25, 9, tzinfo=dt.UTC)
    assert parse("next Sunday", wednesday, "en") == dec(6)
    assert parse("יום ראשון הבא", wednesday, "he") == nov(29)


WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "he": ("יום שני", "יום שלישי", "יום רביעי", "יום חמישי", "יום שישי", "שבת", "יום ראשון"),
}
WEEKDAY_SHAPES = {
    "en": (
        "{}",
        "on {}",
        "next {}",
        "this {}",
        "{} next week",
        "a week from {}",
        "{} afternoon",
        "{} at ten",
    ),
    "he": ("{}", "ב{}", "{} הבא", "{} הקרוב", "{} בשבוע הבא", "{} אחר הצהריים", "{} בעשר"),
}
RELATIVE = {
    "en": (
        "today",
        "tomorrow",
        "in {} days",
        "in {} weeks",
        "in {} months",
        "next week",
        "the {}th",
    ),
    "he": ("היום", "מחר", "בעוד {} ימים", "בעוד {} שבועות", "בעוד {} חודשים", "שבוע הבא", "ה-{}"),
}
nows = st.datetimes(min_value=dt.datetime(2000, 1, 1), max_value=dt.datetime(2150, 1, 1))  # noqa: DTZ001
languages = st.sampled_from(["en", "he"])


@given(nows, languages, st.integers(0, 6), st.data())
def test_the_weekday_named_is_the_weekday_meant(now, language, weekday, data):
    shape = data.draw(st.sampled_from(WEEKDAY_SHAPES[language]))
    meant = parse(shape.format(WEEKDAYS[language][weekday]), now, language)
    assert meant is not None
    assert meant.date.weekday() == weekday
    assert 0 <= (meant.date - now.date()).days <= 14


@given(nows, languages, st.integers(1, 28), st.data())
def test_relative_words_never_mean_the_past(now, language, n, data):
    meant = parse(data.draw(st.sampled_from(RELATIVE[language])).format(n), now, language)
    assert meant is not None
    assert meant.date >= now.date()


@given(nows, languages, st.integers(0, 23))
def test_a_time_alone_is_the_next_one(now, language, hour):
    meant = parse(f"{hour}:00", now, language)
    assert meant is not None
    starts = dt.datetime.combine(meant.date, dt.time()) + dt.timedelta(minutes=meant.from_minute)
    assert dt.timedelta(minutes=-1) < starts - now <= dt.timedelta(days=1)


@given(nows, languages, st.text(max_size=300))
def test_any_text_means_a_day_or_nothing(now, language, text):
    meant = parse(text, now, language)
    assert not isinstance(meant, Wish) or 0 <= meant.from_minute < meant.until_minute <= 1440


TIME_WORDS = (
    "next week tomorrow sunday the 24th december at 10 in 3 days from now 10:30 24/12 2026-11-24 to and "
    "מחר ביום שני ה-24 בדצמבר בשעה עשר וחצי בעוד שבוע הבא רבע ל עד"
)


@given(nows, languages, st.lists(st.sampled_from(TIME_WORDS.split()), max_size=8))
def test_any_words_of_time_mean_a_day_or_limits_or_nothing(now, language, words):
    meant = parse(" ".join(words), now, language)
    assert not isinstance(meant, Wish) or 0 <= meant.from_minute < meant.until_minute <= 1440
