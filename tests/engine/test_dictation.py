"""When the bot asks for something that people dictate."""

import pytest

from engine.bot.expected import Expected, expected


@pytest.mark.parametrize(
    "heard",
    [
        "Of course. What name is it under?",
        "Could you spell that for me, please?",
        "And what is the best phone number to reach you?",
        "What is your e-mail address?",
        "מה השם שלך?",
        "בסדר. מה מספר הטלפון שלך?",
    ],
)
def test_a_name_a_number_and_an_address_are_dictated(heard):
    assert expected(heard) is Expected.DICTATION


@pytest.mark.parametrize(
    "heard",
    [
        "",
        "How can I help you?",
        "Thank you for your number. Does ten o'clock suit you?",
        "I can rename that.",
        "באיזה יום נוח לך?",
    ],
)
def test_nothing_else_is(heard):
    assert expected(heard) is not Expected.DICTATION
