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


@pytest.mark.parametrize(
    "heard",
    [
        "Is your number 415 555 0100?",
        "D, A, N, A. Is that right?",
        "Tuesday at ten. Does that suit you?",
        "Ist das richtig?",
        "¿Es correcto?",
        "אז האם המספר נכון?",
        "שלוש, ארבע, חמש. נכון?",
    ],
)
def test_what_is_read_back_or_offered_is_answered_by_a_yes_or_a_no(heard):
    assert expected(heard) is Expected.YES_OR_NO


@pytest.mark.parametrize("heard", ["Is there anything else?", "How can I help you?", "Which day?", "Bye."])
def test_who_is_asked_an_open_question_may_say_anything(heard):
    assert expected(heard) is Expected.ANYTHING
