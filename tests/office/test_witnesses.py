"""The caller's words and the model's reading of them: which day is meant, and when it is to be asked."""

import datetime as dt

import pytest

from office.language.wish import Limits, Wish
from office.tools.witnesses import Differing, Understood, weigh
from storage import businesses
from tests.office.front import TUESDAY, TUESDAY_930, Now, refused, ring

TODAY = dt.date(2026, 11, 21)  # a Saturday
FIRST, EIGHTH = dt.date(2026, 12, 1), dt.date(2026, 12, 8)  # two Tuesdays
DAY = 24 * 60
WHOLE = (0, DAY)
AT_3, AT_4 = (15 * 60, 15 * 60 + 1), (16 * 60, 16 * 60 + 1)
FROM_3, AFTERNOON = (15 * 60, DAY), (12 * 60, 18 * 60)
EARLY = (3 * 60, 4 * 60)


NOT_THE_EIGHTH = Limits(not_dates=frozenset({EIGHTH}))


def wish(date, window=WHOLE, **more):
    return Wish(date=date, from_minute=window[0], until_minute=window[1], **more)


def agreed(date, window=WHOLE, **more):
    return Understood(wish=wish(date, window, **more), read_back=False)


def believed(date, window=WHOLE, **more):
    return Understood(wish=wish(date, window, **more), read_back=True)


WEEK = wish(FIRST, last=dt.date(2026, 12, 7))
SEVEN = wish(FIRST, (7 * 60, 7 * 60 + 1), other_half=19 * 60)


@pytest.mark.parametrize(
    ("words", "date", "window", "found"),
    [
        # They agree on the day: the time is what both allow.
        (wish(FIRST), FIRST, WHOLE, agreed(FIRST)),
        (wish(FIRST, AT_3), FIRST, WHOLE, agreed(FIRST, AT_3)),
        (wish(FIRST), FIRST, AT_3, agreed(FIRST, AT_3)),
        (wish(FIRST, AT_3), FIRST, AFTERNOON, agreed(FIRST, AT_3)),
        (wish(FIRST, AFTERNOON), FIRST, FROM_3, agreed(FIRST, (15 * 60, 18 * 60))),
        (SEVEN, FIRST, WHOLE, agreed(FIRST, (420, 421), other_half=1140)),
        # They name two.
        (wish(FIRST), EIGHTH, WHOLE, Differing(wish(FIRST), wish(EIGHTH))),
        (wish(FIRST, AT_3), FIRST, AT_4, Differing(wish(FIRST, AT_3), wish(FIRST, AT_4))),
        (SEVEN, FIRST, AT_3, Differing(SEVEN, wish(FIRST, AT_3))),
        # Words that would do for several days: "next week", "as soon as possible".
        (WEEK, FIRST, WHOLE, agreed(FIRST, last=WEEK.last)),
        (WEEK, dt.date(2026, 12, 3), AT_3, believed(dt.date(2026, 12, 3), AT_3)),
        (WEEK, EIGHTH, WHOLE, Differing(WEEK, wish(EIGHTH))),
        # Nobody said which half of the day it is, and the model knows.
        (SEVEN, FIRST, (1140, 1141), believed(FIRST, (1140, 1141))),
        (SEVEN, FIRST, (17 * 60, DAY), believed(FIRST, (1140, 1141))),
        # Or it writes the hour as somebody says it: "3:00 to 3:30" of the afternoon.
        (wish(FIRST, AT_3), FIRST, (3 * 60, 3 * 60 + 30), believed(FIRST, AT_3)),
        (
            wish(FIRST, FROM_3),
            FIRST,
            (3 * 60, 4 * 60),
            Differing(wish(FIRST, FROM_3), wish(FIRST, (180, 240))),
        ),
        # One of them says nothing.
        (wish(FIRST, AT_3), None, WHOLE, believed(FIRST, AT_3)),
        (wish(FIRST), None, AT_3, believed(FIRST, AT_3)),
        (None, FIRST, AT_3, believed(FIRST, AT_3)),
        (None, TODAY, WHOLE, believed(TODAY)),
        (NOT_THE_EIGHTH, FIRST, WHOLE, believed(FIRST)),
        (wish(FIRST), dt.date(2026, 11, 20), WHOLE, believed(FIRST)),
        # Neither names a day.
        (None, None, AT_3, None),
        (NOT_THE_EIGHTH, None, WHOLE, None),
        (NOT_THE_EIGHTH, EIGHTH, WHOLE, None),
        (None, dt.date(2026, 11, 20), WHOLE, None),
    ],
)
def test_what_two_witnesses_of_a_day_come_to(words, date, window, found):
    assert weigh(words, date, window, TODAY) == found


# As a tool is told


@pytest.fixture
async def front(database, business):
    return await ring(database, business, Now())


FREE = "These times are free: Tuesday 24 November at 9:00, 9:30 or 10:00."
READ_BACK = f"I understood Tuesday 24 November. {FREE} Is that right?"
MINE = "I have you down for Tuesday 24 November at 9:00."
NO_DAY = refused("I did not catch the day. Which day would you like?")


async def searched(front, **told):
    return (await front.asks("find_available_slots", **told))["say"]


@pytest.mark.parametrize(
    ("told", "say"),
    [
        ({"said": "Tuesday", "date_iso": TUESDAY}, FREE),
        ({"said": "Tuesday", "date_iso": TUESDAY, "from": "", "until": " ", "part": ""}, FREE),
        ({"said": "Tuesday"}, READ_BACK),
        ({"said": "Tuesday", "date_iso": ""}, READ_BACK),
        ({"said": "whenever Mars is up", "date_iso": TUESDAY}, READ_BACK),
        ({"date_iso": TUESDAY}, READ_BACK),
        ({"date_iso": "Tuesday"}, READ_BACK),
        # What a model writes where it has nothing to say, and a date as many programs write it.
        ({"said": "Tuesday", "date_iso": TUESDAY, "from": "null", "until": "N/A", "part": "any"}, FREE),
        ({"said": "Tuesday", "date_iso": TUESDAY, "from": "00:00", "until": "00:00"}, FREE),
        ({"said": "Tuesday", "date_iso": f"{TUESDAY}T00:00:00"}, FREE),
        ({"said": "Tuesday", "date_iso": TUESDAY, "moving": "", "service": "null"}, FREE),
        # Twice the same witness: the model's date for the caller's words, and words for its date.
        ({"said": TUESDAY, "date_iso": TUESDAY}, READ_BACK),
        ({"said": f"on {TUESDAY}", "date_iso": TUESDAY}, READ_BACK),
        ({"said": "Tuesday", "date_iso": "Tuesday"}, READ_BACK),
    ],
)
async def test_a_day_that_only_one_has_named_is_read_back(front, told, say):
    assert await searched(front, **told) == say


@pytest.mark.parametrize(
    ("time", "understood"),
    [
        ({"from": "9:30", "until": "9:30"}, "at 9:30"),
        ({"from": "09:30"}, "from 9:30"),
        ({"until": "11:00"}, "before 11:00"),
        ({"said": "Tuesday no later than eleven"}, "until 11:00"),
        ({"said": "Tuesday morning no later than eleven"}, "until 11:00"),
        ({"from": "9:30", "until": "11:00"}, "from 9:30 to 11:00"),
        ({"part": "Morning"}, "before 12:00"),
        ({"from": "09:00", "until": "24:00"}, "from 9:00"),
    ],
)
async def test_the_time_is_read_back_with_the_day(front, time, understood):
    say = await searched(front, **{"date_iso": None if "said" in time else TUESDAY, **time})
    assert say.startswith(f"I understood Tuesday 24 November {understood}. These times are free: Tuesday ")


@pytest.mark.parametrize(
    ("told", "asked"),
    [
        (
            {"said": "Tuesday the first of December", "date_iso": "2026-12-08"},
            "Do you mean Tuesday 1 December, or Tuesday 8 December?",
        ),
        (
            {"said": "Tuesday at three", "date_iso": "2026-11-25", "from": "15:00"},
            "Do you mean Tuesday 24 November at 15:00, or Wednesday 25 November from 15:00?",
        ),
        (
            {"said": "Tuesday at three", "date_iso": TUESDAY, "from": "16:00", "until": "16:00"},
            "Do you mean Tuesday 24 November at 15:00, or at 16:00?",
        ),
        (
            {"said": "today", "date_iso": TUESDAY},
            "Do you mean Saturday 21 November, or Tuesday 24 November?",
        ),
    ],
)
async def test_two_days_or_times_are_both_named_and_asked_about(front, told, asked):
    assert await front.asks("find_available_slots", **told) == refused(asked)


async def test_where_nothing_is_offered_there_is_nothing_to_agree_to(front):
    assert await searched(front, date_iso="2027-11-24") == (
        "I understood Wednesday 24 November 2027. That is too far ahead, we book at most 60 days ahead."
    )


async def test_in_hebrew_both_are_named_and_one_is_read_back(database, business):
    await database.write(lambda conn: businesses.change(conn, business.id, language="he"))
    hebrew = await database.read(lambda conn: businesses.by_id(conn, business.id))
    front = await ring(database, hebrew, Now())
    assert await searched(front, said="יום שלישי בשלוש", date_iso="2026-11-25") == (
        "התכוונתם: יום שלישי, 24 בנובמבר, בשעה 15:00, או יום רביעי, 25 בנובמבר?"
    )
    assert await searched(front, said="יום שלישי בשלוש", date_iso=TUESDAY, **{"from": "16:00"}) == (
        "התכוונתם: יום שלישי, 24 בנובמבר, בשעה 15:00, או משעה 16:00?"
    )
    say = await searched(front, date_iso=TUESDAY)
    assert say.startswith("הבנתי: יום שלישי, 24 בנובמבר. השעות הפנויות: יום שלישי, 24 בנובמבר, בשעה 9:00,")
    assert say.endswith(" נכון?")


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"said": ""},
        {"from": "15:00"},
        {"part": "evening"},
        {"date_iso": "2026-11-20"},
        {"said": "soonish"},
    ],
)
async def test_a_day_that_nobody_has_named_is_asked_for(front, told):
    assert await front.asks("find_available_slots", **told) == NO_DAY


@pytest.mark.parametrize(
    ("time", "say"),
    [
        ({"from": "3pm"}, "arguments.from: write a time of the day as HH:MM, such as 15:30"),
        ({"from": "24:00"}, "arguments.from: write a time of the day as HH:MM, such as 15:30"),
        ({"until": "25:00"}, "arguments.until: write a time of the day as HH:MM, such as 15:30"),
        ({"from": "15:00", "until": "14:00"}, "arguments.until: earlier than from"),
        ({"part": "teatime"}, "arguments.part: one of morning, midday, noon, afternoon, evening, night"),
    ],
)
async def test_a_time_that_is_none_is_refused_by_the_name_of_its_field(front, time, say):
    assert await front.asks("find_available_slots", said="Tuesday", date_iso=TUESDAY, **time) == refused(say)


@pytest.mark.parametrize("said", ["as soon as possible", "next week", "not on Monday"])
async def test_of_days_that_the_words_leave_open_the_models_is_read_back(front, said):
    assert (await front.asks("find_available_slots", said=said, date_iso=TUESDAY))["say"] == READ_BACK


async def test_a_tools_own_slot_start_is_exactly_that_slot_whoever_names_it(front):
    for told in ({"said": TUESDAY_930}, {"date_iso": TUESDAY_930}):
        found = await front.asks("find_available_slots", **told)
        assert [slot["slot_start"] for slot in found["slots"]] == [TUESDAY_930]


@pytest.mark.parametrize(
    ("told", "say"),
    [
        ({"said": "Tuesday", "date_iso": TUESDAY}, MINE),
        ({"said": "the day of the dentist", "date_iso": TUESDAY}, MINE),
        ({"said": "Tuesday"}, MINE),
        (
            {"said": "Tuesday", "date_iso": "2026-11-25"},
            "Do you mean Tuesday 24 November, or Wednesday 25 November?",
        ),
    ],
)
async def test_the_day_of_an_appointment_has_two_witnesses_too(front, told, say):
    await front.finds()
    await front.books()
    assert (await front.asks("my_appointments", **told))["say"] == say
