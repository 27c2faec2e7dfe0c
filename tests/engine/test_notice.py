"""The notice: whether what a caller heard holds it, and when the model is reminded of it."""

import pytest

from engine.prompt import notice
from engine.prompt.notice import Notice, says

TOLD = "You're speaking with an automated assistant. This call is recorded."


@pytest.mark.parametrize(
    ("text", "held"),
    [
        (TOLD, True),
        ("Hello! YOU\u2019RE speaking with an automated assistant - this call is recorded, thank you.", True),
        ("youre speaking with an automated assistant this call is recorded", True),
        ("You're speaking with an automated assistant. This call is", False),
        ("You're speaking with an automated assistant. This call is not recorded.", False),
        ("You're speaking with an automated assistant. Hello. This call is recorded.", False),
        ("You're speaking with an automated assistant. This call is recordeded.", False),
        ("This call is recorded.", False),
        ("", False),
    ],
)
def test_a_text_holds_the_notice_if_it_has_all_its_words_in_order_and_no_other_between(text, held):
    assert says(text, TOLD) is held


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("הַשִּׂיחָה מֻקְלֶטֶת", "השיחה מקלטת."),
        ("Está hablando con un asistente automatico", "¡Está hablando con un asistente automático!"),
        ('המנכ"ל מקליט', "המנכ״ל מקליט"),
        ("本次通话将被录音。您好!", "本次通话将被录音。"),
    ],
)
def test_accents_points_and_marks_do_not_matter(text, wanted):
    assert says(text, wanted)


def test_a_notice_without_a_word_is_never_heard():
    assert [says(text, "...") for text in ("", "...", "Hello.")] == [False] * 3
    assert Notice("").listen("Hello.") is False


def test_it_is_heard_once():
    told = Notice(TOLD)
    assert [told.listen(text) for text in ("Hello.", TOLD, TOLD)] == [False, True, False]
    assert told.awaited is False


def test_each_answer_without_it_brings_one_reminder_and_two_are_all():
    told = Notice(TOLD)
    reminders = []
    for _ in range(4):
        reminders.append(told.take_reminder())
        told.miss()
        reminders += [told.take_reminder(), told.take_reminder()]
    assert reminders == [False, True, False, False, True, False, *[False] * 6]


def test_once_it_was_heard_or_where_there_is_none_nobody_is_reminded():
    heard, none = Notice(TOLD), Notice("")
    heard.listen(TOLD)
    for each in (heard, none):
        each.miss()
    assert [heard.take_reminder(), none.take_reminder()] == [False, False]


def test_every_standard_notice_says_both_and_one_language_has_none():
    languages = ("ar", "de", "en", "es", "fr", "he", "it", "pt", "ru")
    for language in languages:
        assistant, both = (notice.standard(language, recorded=recorded) for recorded in (False, True))
        assert (bool(assistant), both.startswith(f"{assistant} "), len(both) <= 300) == (True, True, True)
    assert [notice.standard("xx", recorded=recorded) for recorded in (False, True)] == ["", ""]


def test_each_standard_notice_speaks_of_recording_if_calls_are_recorded_and_only_then():
    for language in ("ar", "de", "en", "es", "fr", "he", "it", "pt", "ru"):
        spoken = [
            notice.speaks_of_recording(notice.standard(language, recorded=recorded))
            for recorded in (False, True)
        ]
        assert (language, spoken) == (language, [False, True])
