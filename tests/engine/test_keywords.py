from hypothesis import given
from hypothesis import strategies as st

from engine.peers.keywords import listed


def test_names_are_told_as_one_line_each_and_once():
    names = ["  Da\u200bna\n Levi\u200f ", "dana levi", "Cafe\u0301", "", "--", "\x00", "שירה"]
    assert listed(names) == ["Dana Levi", "Café", "שירה"]


def test_a_sentence_is_no_name():
    assert listed(["x" * 61, "y" * 60]) == ["y" * 60]


def test_the_first_fifty_are_told():
    assert listed(f"name {n}" for n in range(1_000)) == [f"name {n}" for n in range(50)]


@given(st.lists(st.text()))
def test_whatever_an_owner_has_typed_is_fit_for_the_wire(names):
    for name in listed(names):
        assert name == " ".join(name.split())
        assert name.isprintable()
        assert 0 < len(name) <= 60
