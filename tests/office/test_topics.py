"""What a caller asks about is found among what the owner wrote down, and nothing of it is denied."""

from collections import Counter

import pytest

from office.language import topics
from tests.office import inquiries


def taken(said, names):
    fit = topics.service(said, names)
    return [names[place] for place in fit.things], fit.sure


def test_of_what_callers_come_for_none_is_taken_for_another_and_nine_of_ten_need_no_question():
    counts = Counter()
    for house, said, wanted in inquiries.WANTED:
        found, sure = taken(said, house.services)
        assert found == wanted if sure else not found or set(wanted) <= set(found), said
        counts[sure or len(wanted) > 1] += 1
    assert counts.total() > 90
    assert counts[True] / counts.total() >= 0.9


def test_of_what_is_not_offered_none_is_taken():
    for house, said in inquiries.NOT_OFFERED:
        assert taken(said, house.services) == ([], False), said


@pytest.mark.parametrize(
    ("said", "names", "found"),
    [
        ("cat", ["Location scouting", "Catering"], ([], False)),  # no part of a word
        ("air", ["Hair"], ([], False)),
        ("Café crème", ["Cafe creme"], (["Cafe creme"], True)),
        ("cut\u00a0and color", ["Cut & colour"], (["Cut & colour"], True)),
        ("colour and cut", ["Colour", "Men's haircut"], (["Colour", "Men's haircut"], False)),
        ("Visit", ["Visit", "Home visit"], (["Visit"], True)),  # though it says little
        ("visit", ["First visit", "Home visit"], (["First visit", "Home visit"], False)),
        ("", ["Check-up"], ([], False)),
        ("?!", ["Check-up"], ([], False)),
        ("10,000 km service", ["10000 km service", "20000 km service"], (["10000 km service"], True)),
        ("סְתִימָה", ["סתימה"], (["סתימה"], True)),
    ],
)
def test_words_are_compared_whole_by_their_letters(said, names, found):
    assert taken(said, names) == found


@pytest.mark.parametrize(
    "text", ["from $20", "20€", "ten pounds", "300 EUR", "free of charge", 'מ-100 ש"ח', "חינם"]
)
def test_a_text_that_names_a_price(text):
    assert topics.names_a_price(text)


@pytest.mark.parametrize("text", ["behind the house", "24 hours before", "call 555 0100", "עד 24 שעות לפני"])
def test_a_text_that_names_none(text):
    assert not topics.names_a_price(text)
