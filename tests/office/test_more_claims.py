"""Statements of the bot in many forms: none that is true is held against the appointments, all false are."""

import datetime as dt
from pathlib import Path
from random import Random

import pytest

from office.language.claims import claims, unmatched
from tests.office.wish_oracle import second
from tests.office.wish_phrases import appointment
from tests.office.wish_reader import ASK

TODAY = dt.date(2026, 11, 21)
BOOKED = {"en": "You're booked for {}.", "he": "קבעתי לך תור {}."}


def statements(name):
    """Language, sentence and the appointments."""
    lines = (Path(__file__).parent / "words" / name).read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return [(language, said, appointments(listed)) for language, said, listed in rows]


def appointments(listed):
    """Start and status of each of "2026-11-24 09:00 booked; 2026-11-27 10:00 booked"."""
    each = [one.rpartition(" ") for one in listed.split("; ") if one]
    return [(dt.datetime.fromisoformat(at), status) for at, _, status in each]


@pytest.mark.parametrize(("language", "said", "rows"), statements("true_more.tsv"))
def test_a_true_statement_is_found_and_not_held_against_its_appointments(language, said, rows):
    made = claims(said, language, TODAY)
    assert (bool(made), unmatched(made, rows)) == (True, ())


def test_false_statements_are_noticed():
    unnoticed = [
        (said, rows)
        for language, said, rows in statements("false_more.tsv")
        if not unmatched(claims(said, language, TODAY), rows)
    ]
    assert unnoticed == []


def test_nor_is_one_with_whatever_words_for_its_day_and_time():
    random = Random(20261121)
    held = []
    for said in (appointment(random) for _ in range(600)):
        if (right := second(said)) == ASK:
            continue
        date, minute, _ = right.split()
        at = dt.datetime.fromisoformat(date) + dt.timedelta(minutes=int(minute))
        sentence = BOOKED[said.language].format(said.words.removeprefix("on "))
        made = claims(sentence, said.language, said.now.date())
        if not made or unmatched(made, [(at, "booked")]):
            held.append((sentence, at))
    assert held == []


def test_both_languages_have_statements_of_both_kinds():
    languages = [[row[0] for row in statements(name)] for name in ("true_more.tsv", "false_more.tsv")]
    assert [(len(each) >= 60, each.count("he") >= 20) for each in languages] == [(True, True), (True, True)]
