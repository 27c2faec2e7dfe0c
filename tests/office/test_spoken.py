import datetime as dt
import string
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from office.language import spoken
from office.language.english import ENGLISH
from office.language.hebrew import HEBREW
from office.language.spoken import Who
from storage.availability import Refused, Why
from storage.errors import InvalidField
from storage.records import DayHours, ExceptionDay, Fact, Service, WeeklyHours

TODAY = dt.date(2026, 11, 21)  # a Saturday
CHECK_UP = Service(
    id=1,
    name="check-up",
    duration_min=30,
    buffer_before_min=0,
    buffer_after_min=0,
    price="eighty dollars",
    active=True,
)


def wall(day, hour, minute=0, month=11, year=2026):
    return dt.datetime(year, month, day, hour, minute, tzinfo=ZoneInfo("Asia/Jerusalem"))


def span(weekday, opens, closes):
    return WeeklyHours(weekday=weekday, opens_minute=opens * 60, closes_minute=closes * 60)


def day_hours(opens, closes):
    return DayHours(opens_minute=opens * 60, closes_minute=closes * 60)


def parameters(sentence):
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


# The catalogs


def test_both_languages_have_the_same_sentences_with_the_same_parameters():
    english, hebrew = (
        {name: parameters(sentence) for name, sentence in catalog.sentences.items()}
        for catalog in (ENGLISH, HEBREW)
    )
    assert english == hebrew


def test_hebrew_sentences_are_hebrew():
    latin = [
        name
        for name, sentence in HEBREW.sentences.items()
        if any(c in string.ascii_letters for c in "".join(t for t, *_ in string.Formatter().parse(sentence)))
    ]
    assert latin == []


@pytest.mark.parametrize("catalog", [ENGLISH, HEBREW], ids=["en", "he"])
def test_a_catalog_is_whole(catalog):
    assert (len(catalog.weekdays), len(catalog.months), sorted(catalog.week)) == (7, 12, list(range(7)))
    assert catalog.units.keys() == {"minute", "hour", "day"}


def test_a_sentence_takes_its_parameters_as_they_are():
    assert spoken.say("en", "transferring", person="{0} {name}") == "I am putting you through to {0} {name}."


def test_in_another_language_the_words_are_english():
    assert spoken.say("fr", "noted") == "Noted."


# Dates and times


@pytest.mark.parametrize(
    ("language", "day", "words"),
    [
        ("en", TODAY, "today"),
        ("en", dt.date(2026, 11, 22), "tomorrow, Sunday 22 November"),
        ("en", dt.date(2026, 11, 24), "Tuesday 24 November"),
        ("en", dt.date(2027, 1, 1), "Friday 1 January 2027"),
        ("he", TODAY, "היום"),
        ("he", dt.date(2026, 11, 22), "מחר, יום ראשון, 22 בנובמבר"),
        ("he", dt.date(2026, 11, 24), "יום שלישי, 24 בנובמבר"),
        ("he", dt.date(2026, 11, 28), "שבת, 28 בנובמבר"),
        ("he", dt.date(2027, 1, 1), "יום שישי, 1 בינואר 2027"),
    ],
)
def test_a_date_is_said_as_people_say_it(language, day, words):
    assert spoken.date(language, day, TODAY) == words


@pytest.mark.parametrize(
    ("language", "at", "words"),
    [
        ("en", wall(24, 10, 30), "Tuesday 24 November at 10:30"),
        ("en", wall(21, 15), "today at 15:00"),
        ("he", wall(24, 10, 30), "יום שלישי, 24 בנובמבר, בשעה 10:30"),
        ("he", wall(21, 15), "היום, בשעה 15:00"),
    ],
)
def test_a_date_and_time_are_said_together(language, at, words):
    assert spoken.when(language, at, TODAY) == words


def test_words_that_are_read_later_have_no_today():
    assert [spoken.plain_when(language, wall(21, 15)) for language in ("en", "he")] == [
        "Saturday 21 November 2026 at 15:00",
        "שבת, 21 בנובמבר 2026, בשעה 15:00",
    ]


def test_times_of_one_day_share_its_name():
    at = [wall(24, 10), wall(24, 10, 30), wall(24, 11), wall(25, 9)]
    assert [spoken.choices("en", at[:n], TODAY) for n in (0, 1, 2, 3, 4)] == [
        "",
        "Tuesday 24 November at 10:00",
        "Tuesday 24 November at 10:00 or 10:30",
        "Tuesday 24 November at 10:00, 10:30 or 11:00",
        "Tuesday 24 November at 10:00, 10:30 or 11:00, or Wednesday 25 November at 9:00",
    ]
    assert spoken.choices("he", at, TODAY) == (
        "יום שלישי, 24 בנובמבר, בשעה 10:00, 10:30 או 11:00, או יום רביעי, 25 בנובמבר, בשעה 9:00"
    )


def test_the_prompt_is_told_the_year():
    assert [spoken.now(language, wall(21, 10, 35)) for language in ("en", "he")] == [
        "Saturday 21 November 2026, 10:35",
        "שבת, 21 בנובמבר 2026, בשעה 10:35",
    ]


@pytest.mark.parametrize(
    ("minutes", "english", "hebrew"),
    [
        (1, "1 minute", "דקה"),
        (2, "2 minutes", "שתי דקות"),
        (30, "30 minutes", "חצי שעה"),
        (45, "45 minutes", "45 דקות"),
        (60, "1 hour", "שעה"),
        (80, "1 hour and 20 minutes", "שעה ו-20 דקות"),  # noqa: RUF001
        (90, "an hour and a half", "שעה וחצי"),
        (120, "2 hours", "שעתיים"),
        (180, "3 hours", "3 שעות"),
        (1440, "1 day", "יום"),
        (2880, "2 days", "יומיים"),
        (86400, "60 days", "60 ימים"),
        (1500, "25 hours", "25 שעות"),
    ],
)
def test_a_duration_is_said_in_its_largest_units(minutes, english, hebrew):
    assert (spoken.duration("en", minutes), spoken.duration("he", minutes)) == (english, hebrew)


# Opening hours


@pytest.mark.parametrize(
    ("language", "spans", "words"),
    [
        ("en", [], "no regular opening hours"),
        (
            "en",
            [span(day, 9, 17) for day in range(5)],
            "Monday to Friday 9:00 to 17:00, closed on other days",
        ),
        ("en", [span(day, 0, 24) for day in range(7)], "every day all day"),
        ("en", [span(day, 18, 24) for day in range(7)], "every day 18:00 to midnight"),
        (
            "en",
            [span(0, 9, 12), span(0, 13, 18), span(1, 9, 12), span(1, 13, 18), span(5, 10, 14)],
            "Monday and Tuesday 9:00 to 12:00 and 13:00 to 18:00, Saturday 10:00 to 14:00, "
            "closed on other days",
        ),
        (
            "en",
            [span(0, 9, 17), span(2, 9, 17)],
            "Monday 9:00 to 17:00, Wednesday 9:00 to 17:00, closed on other days",
        ),
        ("he", [], "אין שעות פתיחה קבועות"),
        (
            "he",
            [*(span(day, 9, 17) for day in (6, 0, 1, 2, 3)), span(4, 9, 13)],
            "יום ראשון עד יום חמישי מ-9:00 עד 17:00, יום שישי מ-9:00 עד 13:00, בשאר הימים סגור",
        ),
        (
            "he",
            [span(3, 9, 12), span(3, 16, 19), span(4, 9, 12), span(4, 16, 19)],
            "יום חמישי ויום שישי מ-9:00 עד 12:00 ומ-16:00 עד 19:00, בשאר הימים סגור",
        ),
    ],
)
def test_hours_are_said_as_people_say_them(language, spans, words):
    assert spoken.hours(language, spans) == words


def test_dates_that_differ_follow_the_week():
    exceptions = [
        ExceptionDay(date=dt.date(2026, 12, 24), hours=(day_hours(9, 12),), note="Eve"),
        ExceptionDay(date=dt.date(2027, 1, 1)),
    ]
    every_day = [span(day, 9, 17) for day in range(7)]
    assert [spoken.hours(language, every_day, exceptions, TODAY) for language in ("en", "he")] == [
        "every day 9:00 to 17:00. Different on these days: Thursday 24 December 9:00 to 12:00 (Eve), "
        "Friday 1 January 2027 closed",
        "כל יום מ-9:00 עד 17:00. בימים אלה שונה: יום חמישי, 24 בדצמבר מ-9:00 עד 12:00 (Eve), "
        "יום שישי, 1 בינואר 2027 סגור",
    ]


# The business and the caller


def test_a_service_is_said_with_its_duration_and_price():
    assert [
        spoken.service("en", CHECK_UP),
        spoken.service("en", evolve(CHECK_UP, price="")),
        spoken.service("he", evolve(CHECK_UP, name="תספורת", price="שמונים שקל")),
    ] == ["check-up, 30 minutes, eighty dollars", "check-up, 30 minutes", "תספורת, חצי שעה, שמונים שקל"]


def test_a_fact_is_said_with_its_topic():
    assert spoken.fact("en", Fact(topic="Parking", text="behind the house")) == "Parking: behind the house"


def test_things_are_listed():
    assert [spoken.listed("en", names) for names in ([], ["Dana"], ["Dana", "Noa", "Maya"])] == [
        "",
        "Dana",
        "Dana, Noa and Maya",
    ]


def test_the_caller_is_told_to_the_prompt_by_number_and_never_by_name():
    assert [
        spoken.caller("en", "+14155550100", known=True),
        spoken.caller("en", "+14155550100", known=False),
        spoken.caller("en", None, known=False),
        spoken.caller("he", "+972541234567", known=True),
    ] == [
        "the number +1 415-555-0100, which has rung before",
        "the number +1 415-555-0100, for the first time",
        "the number is withheld: ask for one",
        "המספר +972 54-123-4567, שכבר התקשר בעבר",
    ]


# What is refused


@pytest.mark.parametrize("why", Why)
def test_every_refusal_has_words_in_both_languages(why):
    refused = Refused(why=why, date=dt.date(2026, 11, 28), notice_min=120, days_ahead=60)
    for language in ("en", "he"):
        assert spoken.refused(language, refused, TODAY).endswith(".")


@pytest.mark.parametrize(
    ("why", "english", "hebrew"),
    [
        (Why.CLOSED_THAT_WEEKDAY, "We are closed on Saturday.", "בשבת אנחנו סגורים."),
        (
            Why.TOO_SOON,
            "That is too soon, we need to know at least 2 hours ahead.",
            "זה מוקדם מדי, צריך לקבוע לפחות שעתיים מראש.",
        ),
        (
            Why.TOO_FAR,
            "That is too far ahead, we book at most 60 days ahead.",
            "זה רחוק מדי, אפשר לקבוע עד 60 ימים מראש.",
        ),
        (Why.FULL, "We are fully booked on Saturday 28 November.", "הכול תפוס בשבת, 28 בנובמבר."),
    ],
)
def test_a_refusal_says_why(why, english, hebrew):
    refused = Refused(why=why, date=dt.date(2026, 11, 28), notice_min=120, days_ahead=60)
    assert [spoken.refused(language, refused, TODAY) for language in ("en", "he")] == [english, hebrew]


def test_a_refusal_of_today_is_no_refusal_on_today():
    refused = Refused(why=Why.FULL, date=TODAY, notice_min=120, days_ahead=60)
    assert [spoken.refused(language, refused, TODAY) for language in ("en", "he")] == [
        "We are fully booked today.",
        "הכול תפוס היום.",
    ]


def test_a_value_that_cannot_be_kept_is_asked_for_again_without_the_technical_reason():
    assert [
        spoken.invalid("en", InvalidField(field, "is not what a column wants"))
        for field in ("email", "full_name", "price")
    ] == [
        "That does not sound like a mail address. Could you say it again, letter by letter?",
        "I could not note that name. Could you say it again?",
        "I could not note that. Could you say it another way?",
    ]


# Text messages


def test_the_owner_reads_who_called_and_each_thing_done():
    who = Who(number="+14155550100", name="Dana Levi", callback="+14155550111")
    lines = [
        spoken.say("en", "owner_booked_for", when=spoken.plain_when("en", wall(24, 10, 30)), what="check-up"),
        spoken.say("en", "owner_message", text="please\ncall back"),
    ]
    assert spoken.to_owner("en", "Rose Barbers", who, lines) == (
        "Rose Barbers: call from Dana Levi, +14155550100, call back on +14155550111\n"
        "New appointment: Tuesday 24 November 2026 at 10:30, check-up\n"
        "Message: please call back"
    )


def test_the_owner_reads_the_extension_to_ask_for():
    who = Who(number=None, callback="+14155552671;ext=12")
    assert spoken.to_owner("en", "Salon", who, []) == (
        "Salon: call from number withheld, call back on +14155552671 ext. 12"
    )
    assert spoken.phone("+14155552671;ext=12") == "+1 415-555-2671 ext. 12"


def test_the_owner_reads_that_a_number_was_withheld():
    assert [spoken.to_owner(language, "ורד", Who(number=None), []) for language in ("en", "he")] == [
        "ורד: call from number withheld",
        "ורד: שיחה מאת מספר חסוי",
    ]


def test_the_caller_reads_what_was_agreed():
    assert [
        spoken.to_caller(language, "sms_booked", business="ורד", number="+97231234567", wall=wall(24, 10, 30))
        for language in ("en", "he")
    ] == [
        "ורד: your appointment is on Tuesday 24 November 2026 at 10:30. To change it, call +97231234567.",
        "ורד: נקבע לכם תור ליום שלישי, 24 בנובמבר 2026, בשעה 10:30. לשינוי אפשר להתקשר: +97231234567",
    ]


@given(st.text(), st.lists(st.text(max_size=3000), max_size=3))
def test_a_text_message_is_never_longer_than_the_carrier_takes(name, lines):
    body = spoken.to_owner("en", name, Who(number="+14155550100", name=name), lines)
    assert len(body) <= spoken.SMS_CHARS
    assert len(body.splitlines()) <= 1 + len(lines)


@pytest.mark.parametrize(
    ("language", "days"),
    [
        ("en", "2026-12: Wed 30, Thu 31; 2027-01: Fri 1, Sat 2"),
        ("he", "2026-12: רביעי 30, חמישי 31; 2027-01: שישי 1, שבת 2"),
        ("fr", "2026-12: Wed 30, Thu 31; 2027-01: Fri 1, Sat 2"),
    ],
)
def test_the_calendar_of_the_prompt_names_each_day_with_its_weekday_by_month(language, days):
    assert spoken.calendar(language, dt.date(2026, 12, 30), 4) == days
