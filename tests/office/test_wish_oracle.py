"""Wishes agree with a second reading (tests/office/wish_reader.py), or are asked again, and most are not."""

import ast
import datetime as dt
from pathlib import Path

import pytest

from tests.office import wish_oracle
from tests.office.wish_oracle import UNSURE, asked_of, drawn, tally
from tests.office.wish_phrases import Case
from tests.office.wish_reader import UnreadError

WORDS = Path(__file__).parent / "words"
MOST_ASKED = 0.10  # of the kinds that are read


@pytest.fixture(scope="module")
def few():
    return tally(drawn(1_500))


def test_no_wish_is_read_as_another_time_than_by_the_second_reader(few):
    assert few.wrong == []


def test_of_the_kinds_that_are_read_few_wishes_are_asked_again(few):
    assert few.asked() <= MOST_ASKED


def test_of_each_such_kind_most_wishes_are_read(few):
    counted = {kind: outcomes for kind, outcomes in few.by_kind.items() if kind not in UNSURE}
    assert [kind for kind, outcomes in counted.items() if asked_of(outcomes) > 0.5] == []


def test_wishes_of_every_kind_are_drawn_and_some_that_name_no_time(few):
    assert len(few.by_kind) >= 60
    assert set(few.by_kind) >= UNSURE
    assert few.outcomes["unclear"] > 40


def test_the_second_reader_reads_what_people_wrote_down_as_they_did():
    """Of the tables it knows a part of the words; what it reads is what stands there."""
    read, wrong = 0, []
    for name in ("kinds.tsv", "plain.tsv"):
        for line in (WORDS / name).read_text(encoding="utf-8").splitlines():
            if line.startswith("#"):
                continue
            language, words, right = line.split("\t")
            got = _second(language, words)
            read += got is not None
            wrong += [(words, right, got)] if got not in (right, None) else []
    assert (read >= 370, wrong) == (True, [])


def _second(language, words):
    now = dt.datetime(2026, 11, 21, 10, 35, tzinfo=dt.UTC)
    week = [[(540, 1020)]] * 7
    said = Case(words=words, language=language, now=now, week=week, kinds=frozenset())
    try:
        return wish_oracle.second(said)
    except UnreadError:
        return None


def test_the_second_reader_shares_nothing_with_the_first():
    names = ("wish_reader", "wish_reader_english", "wish_reader_hebrew", "wish_vocabulary")
    for name in names:
        tree = ast.parse((Path(__file__).parent / f"{name}.py").read_text(encoding="utf-8"))
        modules = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        assert not [module for module in modules if module.startswith("office") or "phrases" in module]
