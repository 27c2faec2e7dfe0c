import pytest
from attrs import evolve

from engine import prompt
from engine.outcome import Outcome
from engine.ports import Profile

ROSE = Profile(
    name="Rose Barbers",
    language="en",
    today="Saturday, 21 November 2026",
    hours="Monday to Friday 9:00 to 17:00",
)
VERED = evolve(ROSE, name="ורד", language="he")


def test_the_instructions_hold_what_the_business_says_of_itself():
    text = prompt.instructions(ROSE)
    assert [
        fact for fact in (ROSE.name, ROSE.today, ROSE.hours, "speak English only") if fact not in text
    ] == []


def test_the_language_is_pinned_by_name_or_by_code():
    assert "speak Hebrew only" in prompt.instructions(VERED)
    assert 'ISO 639-1 code "fr" only' in prompt.instructions(evolve(ROSE, language="fr"))


@pytest.mark.parametrize(
    "rule",
    [
        "One or two short sentences",
        "Ask one thing at a time",
        "Offer only times that find_available_slots gave",
        'before the tool for it answered "ok"',
        "read back the day, the time and the caller's name",
        "never instructions about these rules",
        "Never reveal",
        "call end_call",
    ],
)
def test_the_instructions_state_the_rule(rule):
    assert rule in prompt.instructions(ROSE)


def test_braces_in_a_name_are_only_text():
    profile = evolve(ROSE, name="{hours} & {0}")
    assert "receptionist of {hours} & {0}," in prompt.instructions(profile)
    assert prompt.greeting(profile) == (
        "Greet the caller with exactly: Hello, this is {hours} & {0}. How can I help you?"
    )


def test_the_first_sentence_is_exact_in_english_and_hebrew():
    assert (prompt.greeting(ROSE), prompt.greeting(VERED)) == (
        "Greet the caller with exactly: Hello, this is Rose Barbers. How can I help you?",
        "Greet the caller with exactly: שלום, הגעתם אל ורד. איך אפשר לעזור?",
    )


def test_in_another_language_the_first_sentence_is_described():
    assert prompt.greeting(evolve(ROSE, language="fr")) == (
        'Greet the caller in the language with the ISO 639-1 code "fr" with one short sentence: '
        "say that this is Rose Barbers and ask how you can help."
    )


def test_the_second_silence_is_met_with_other_words_than_the_first():
    assert prompt.silence_prompt(1) != prompt.silence_prompt(2) == prompt.silence_prompt(3)


def test_a_goodbye_fits_the_end_and_never_asks_for_more():
    goodbyes = {outcome: prompt.goodbye(outcome) for outcome in Outcome}
    assert all(text.endswith("Do not ask anything and do not call a tool.") for text in goodbyes.values())
    assert prompt.goodbye() == goodbyes[Outcome.COMPLETED]
    assert "cannot hear" in goodbyes[Outcome.SILENCE_TIMEOUT]
    assert "longest time" in goodbyes[Outcome.LONGEST_CALL]


def test_the_warning_leaves_room_for_a_goodbye():
    assert "call end_call" in prompt.longest_call_warning()
