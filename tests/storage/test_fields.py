"""What is cleaned out of whatever was typed, pasted or filled in, and what stays because it is spelling."""

import pytest

from storage import fields
from storage.errors import InvalidField

UNSEEN = {
    "a no-break space": ("Dana\u00a0Levi", "Dana Levi"),
    "a narrow one": ("Dana\u202fLevi", "Dana Levi"),
    "an ideographic one": ("Dana\u3000Levi", "Dana Levi"),
    "a filler": ("Dana\u3164Levi", "Dana Levi"),
    "marks of direction": ("\u200fDana\u200e \u061cLevi\u200f", "Dana Levi"),
    "embeddings and isolates": ("\u202aDana\u202c \u2068Levi\u2069", "Dana Levi"),
    "a zero-width space": ("Da\u200bna", "Dana"),
    "a joiner in Latin": ("Da\u200dna\u200c", "Dana"),
    "a joiner in Hebrew": ("ד\u200dנ\u200cה", "דנה"),
    "a word joiner": ("Da\u2060na", "Dana"),
    "a variation selector": ("Dana\ufe0d Le\ufe0fvi\ufe00", "Dana Levi"),
    "a byte order mark": ("\ufeffDana", "Dana"),
    "a soft hyphen": ("Da\u00adna", "Dana"),
    "a grapheme joiner": ("Da\u034fna", "Dana"),
    "tags": ("Dana\U000e0041\U000e007f", "Dana"),
    "full-width letters and digits": ("\uff24\uff41\uff4e\uff41 \uff11\uff12", "Dana 12"),
    "an accent beside its letter": ("Jose\u0301", "Jos\u00e9"),
}
SPELLING = [
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    "\u0d28\u0d4d\u200d\u0d2e",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\u2764\ufe0f\u200d\U0001f525",
    "\U0001f44d\U0001f3fd",
    "1\ufe0f\u20e3",
    "\u260e\ufe0f",
    "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    "\u845b\U000e0100\u57ce",
    "lines\nand\ttabs",
    "\u0661\u0662",
]


@pytest.mark.parametrize(("typed", "kept"), UNSEEN.values(), ids=UNSEEN)
def test_what_nobody_sees_is_not_kept(typed, kept):
    assert fields.one_line("name", typed, longest=99) == kept
    assert fields.words("notes", f" {typed}\n{typed} ", longest=99) == f"{kept}\n{kept}"


@pytest.mark.parametrize("text", SPELLING)
def test_what_is_spelling_stays(text):
    assert fields.words("notes", text, longest=99) == text


@pytest.mark.parametrize("text", [each for each in SPELLING if each.isprintable() or "\u200d" in each])
def test_it_stays_in_one_line_too(text):
    assert fields.one_line("name", text, longest=99) == text


def test_cleaning_again_changes_nothing():
    texts = [typed for typed, _ in UNSEEN.values()] + SPELLING
    assert [fields.cleaned(fields.cleaned(text)) for text in texts] == [*map(fields.cleaned, texts)]


@pytest.mark.parametrize("text", ["", " ", "\u200f", "\u00a0\ufeff", "\u3164"])
def test_a_line_of_what_nobody_sees_is_empty(text):
    with pytest.raises(InvalidField) as caught:
        fields.one_line("name", text, longest=9)
    assert str(caught.value) == "name: is empty"


@pytest.mark.parametrize("text", ["Ada\nLovelace", "Ada\u2028Lovelace", "Ada\x00", "\u202eada"])
def test_what_would_show_another_line_or_another_order_is_refused(text):
    with pytest.raises(InvalidField) as caught:
        fields.one_line("name", text, longest=99)
    assert str(caught.value) == "name: must be one line of text"


def test_the_length_is_that_of_what_is_kept():
    assert fields.one_line("name", "\u200f" * 50 + "Dana", longest=4) == "Dana"


@pytest.mark.parametrize(
    "typed",
    ["\u200fdana@example.com\u00a0", "d\u00adana@exam\u200bple.com", "\uff44ana\uff20example\uff0ecom"],
)
def test_a_mail_address_is_what_a_keyboard_writes(typed):
    assert fields.email("email", typed) == fields.address(typed) == "dana@example.com"


def test_digits_of_any_script_are_digits_where_a_number_is_meant():
    assert fields.plain_digits("\u0661\u0662:\uff13\u200f\u06f4 \u0967") == "12:34 1"
    assert fields.plain_digits("\uff0b\uff11\uff0d\uff12\uff1a\u00b2") == "+1-2:\u00b2"


@pytest.mark.parametrize("number", ["+14155552671", "+14155552671;ext=12"])
def test_a_number_to_ring_back_may_have_an_extension(number):
    assert fields.callback("callback_phone", number) == number


@pytest.mark.parametrize(
    "number", ["", ";ext=12", "+14155552671;ext=", "+14155552671;ext=1;ext=2", "4155552671;ext=1"]
)
def test_what_is_no_number_to_ring_back_is_refused(number):
    with pytest.raises(InvalidField):
        fields.callback("callback_phone", number)
