"""Wishes of the kinds that are easily misread (`words/kinds.tsv`): most are read, none as another time."""

import datetime as dt
from pathlib import Path

from office.language.wishes import Wish, parse
from storage.records import DayHours

NOW = dt.datetime(2026, 11, 21, 10, 35, tzinfo=dt.UTC)  # a Saturday
ASK = "ask"
READ_AT_LEAST = 275  # of 281 that name a time


def nine_to_five(_date):
    return [DayHours(opens_minute=9 * 60, closes_minute=17 * 60)]


def kinds():
    lines = (Path(__file__).parent / "words" / "kinds.tsv").read_text(encoding="utf-8").splitlines()
    return [tuple(line.split("\t")) for line in lines if not line.startswith("#")]


def reading(language, words):
    """Date and minutes; what names no single day is asked about."""
    wish = parse(words, NOW, language, nine_to_five)
    return f"{wish.date} {wish.from_minute} {wish.until_minute}" if isinstance(wish, Wish) else ASK


def test_none_is_read_as_another_day_or_time():
    wrong = [(*row, got) for row in kinds() if (got := reading(*row[:2])) not in (row[2], ASK)]
    assert wrong == []


def test_most_that_name_a_time_are_read():
    named = [row for row in kinds() if row[2] != ASK]
    assert sum(reading(*row[:2]) == row[2] for row in named) >= READ_AT_LEAST


def test_both_languages_have_their_half():
    rows = kinds()
    languages = [language for language, _, _ in rows]
    assert (min(map(languages.count, ("en", "he"))) >= 110, len(set(rows))) == (True, len(rows))
