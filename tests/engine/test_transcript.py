"""Which words of an answer were heard."""

import pytest

from engine.bot.response import LETTERS_PER_MS, Transcript

TEXT = "We are open from nine to five."


def spoken(*deltas: tuple[str, int]) -> Transcript:
    transcript = Transcript()
    for words, audio_ms in deltas:
        transcript.add(words, audio_ms)
    return transcript


def heard(transcript: Transcript, heard_ms: int, audio_ms: int, *, complete: bool = True) -> str:
    return transcript.heard(heard_ms, audio_ms, complete=complete, letters_per_ms=LETTERS_PER_MS)


@pytest.mark.parametrize(
    ("heard_ms", "words"),
    [
        (0, ""),
        (100, ""),
        (200, "We"),
        (700, "We are"),
        (1_500, "We are open"),
        (2_990, "We are open from nine to"),
        (3_000, TEXT),
    ],
)
def test_the_share_of_the_letters_follows_the_share_of_the_audio_in_whole_words(heard_ms, words):
    assert heard(spoken((TEXT, 0)), heard_ms, 3_000) == words


def test_words_that_came_after_the_audio_that_was_heard_were_not_heard():
    transcript = spoken(("We are ", 0), ("open from ", 400), ("nine to five.", 1_600))
    assert [heard(transcript, ms, 2_000) for ms in (399, 1_599, 1_700)] == [
        "We",
        "We are open from",
        "We are open from nine to",
    ]


def test_while_the_audio_is_still_coming_the_voice_is_reckoned_at_its_usual_speed():
    transcript = spoken((TEXT, 0))
    assert heard(transcript, 1_000, 1_200, complete=False) == "We are open"
    assert transcript.heard(1_000, 1_200, complete=False, letters_per_ms=0.03) == TEXT


def test_a_script_without_spaces_is_cut_between_its_letters():
    assert heard(spoken(("九時から五時までです", 0)), 1_000, 2_000) == "九時から五"
    assert heard(spoken(("OK 明天上午十点", 0)), 1_500, 1_800) == "OK 明天上午"
    thai = "ร้านเปิดตั้งแต่เก้าโมงเช้าถึงห้าโมงเย็นทุกวัน"
    assert heard(spoken((thai, 0)), 1_500, 1_600) == thai[: len(thai) * 1_500 // 1_600]


def test_of_no_words_nothing_was_heard():
    assert heard(Transcript(), 1_000, 2_000) == ""
