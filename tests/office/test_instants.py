"""What a tool has written is read back as the same instant, however the model spells it."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from office import instants
from office.language.wish import Wish
from office.language.wishes import parse

HALF_PAST_NINE = dt.datetime(2026, 11, 24, 8, 30, tzinfo=dt.UTC)  # in Berlin

SPELLINGS = [
    "2026-11-24T08:30:00Z",
    "2026-11-24T08:30Z",
    "2026-11-24t08:30:00z",
    " 2026-11-24T08:30:00Z\n",
    "20261124T083000Z",
    "2026-11-24T08:30:00.000Z",
    "2026-11-24 08:30:00+00:00",
    "2026-11-24T08:30:00\u221200:00",
    "2026-11-24T08:30:00 UTC",
    "2026-11-24T09:30:00+01:00",
    "2026-11-24T09:30+01:00",
    "2026-11-24T09:30:00+0100",
    "2026-11-24T09:30:00+01",
    "2026-11-24T09:30:00 +01:00",
    "2026-11-24T09:30:00 GMT+1",
    "2026-11-24T09:30:00+01:00[Europe/Berlin]",
    "2026-11-24T03:30:00-05:00",
    "2026-11-24T14:15:00+05:45",
    "2026-11-23T20:30:00-12:00",
    "2026-11-24T22:30:00+14:00",
]


@pytest.mark.parametrize("written", SPELLINGS)
def test_an_instant_is_the_same_in_every_zone_and_spelling(written):
    assert instants.write(instants.read(written)) == instants.write(HALF_PAST_NINE)


@pytest.mark.parametrize(
    ("timezone", "date", "minute"),
    [("Europe/Berlin", 24, 570), ("Pacific/Auckland", 24, 1290), ("America/New_York", 24, 210)],
)
def test_as_a_wish_it_is_that_one_minute_on_the_clock_of_the_business(timezone, date, minute):
    now = dt.datetime(2026, 11, 21, tzinfo=ZoneInfo(timezone))
    meant = Wish(date=dt.date(2026, 11, date), from_minute=minute, until_minute=minute + 1)
    assert parse("2026-11-24T08:30:00Z, please", now, "en") == meant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "2026-11-24",
        "2026-11-24T08:30:00",  # no zone
        "2026-11-24T08:30-11:00",  # until eleven
        "2026-11-24T14:00:00+15:00",
        "2026-11-24T14:00:00+01:20",
        "2026-02-30T08:30:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59Z",
        "not 2026-11-24T08:30:00Z",
    ],
)
def test_what_is_no_instant_or_not_only_one_is_none(text):
    assert instants.read(text) is None
