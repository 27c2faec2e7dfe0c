"""An interruption from its pause to its end, stepped: was it one, and what becomes of the bot's answer?"""

import pytest
from attrs import evolve

from engine.account import Keyed, fields_of
from engine.actions import Note
from engine.caller.turns import (
    BargeInPaused,
    BargeInReal,
    UtteranceCounts,
    UtteranceEnded,
    UtteranceSkipped,
    UtteranceStarted,
)
from engine.carrier import Dtmf
from engine.model import (
    COMMIT_ID,
    AudioDelta,
    CancelResponse,
    CreateResponse,
    DeleteItem,
    ErrorReported,
    InputCommitted,
    InputTranscribed,
    InputTranscriptionFailed,
    InputWords,
    ItemStarted,
    Tell,
    TranscriptDelta,
    TruncateItem,
)
from engine.settings import DEFAULTS
from tests.engine.test_conversation import Talk

BEGINS, COUNTS, PAUSES = UtteranceStarted(0), UtteranceCounts(0), BargeInPaused(300)
ENDS = UtteranceEnded(0, 400, silence_ms=500)
DOUBTFUL = evolve(ENDS, doubtful=True)
SKIPPED = UtteranceSkipped(0, 100, "too short", 100, 300)
WORDS = InputTranscribed(item_id="said", text="Stop.")
NOTHING = InputTranscribed(item_id="said", text=" ")
FAILED = InputTranscriptionFailed(item_id="said")
COMMITTED = InputCommitted(item_id="said")


def interrupted(*, generating: bool = False, said_live: str = "") -> Talk:
    """A call whose answer of 3 s was paused after 1 s, by something that lasted 400 ms."""
    talk = Talk()
    talk.answer("greeting", 400)
    talk.wait(500)
    talk.feed(BEGINS, InputWords(item_id="question", text=said_live), ENDS)
    talk.feed(InputCommitted(item_id="question"))
    if generating:
        talk.created("r")
        talk.audio("r", 3_000)
    else:
        talk.answer("r", 3_000)
    talk.wait(1_000)
    talk.asked()
    talk.feed(BEGINS, PAUSES)
    talk.wait(600)
    talk.feed(DOUBTFUL)
    return talk


def of(talk: Talk, kind: str) -> list[dict]:
    return [fields_of(note.line) for note in talk.notes if note.line.kind == kind]


@pytest.mark.parametrize("verdict", [NOTHING, FAILED])
def test_without_words_the_bot_plays_on_where_the_caller_stopped_hearing_it(verdict):
    talk = interrupted()
    talk.wait(200)
    talk.feed(COMMITTED, verdict)
    assert [(type(c), c.item_id) for c in talk.to_model] == [(DeleteItem, "said")]
    assert talk.played == [1, 2, 3]
    assert of(talk, "resumed") == [
        {
            "turn": 3,
            "heard_ms": 1_000,
            "audio_ms": 3_000,
            "silent_ms": 800,
            "response": "r",
            "utterance": 2,
        }
    ]
    talk.wait(1_999)
    assert len(of(talk, "bot_said")) == 1
    talk.wait(1)
    said = {"text": "", "unheard": "", "heard_ms": 3_000, "audio_ms": 3_000, "turn": 3, "response": "r"}
    assert of(talk, "bot_said")[-1] == said
    assert "barge_in" not in talk.kinds()


def test_with_words_it_was_real_and_is_answered():
    talk = interrupted()
    talk.feed(COMMITTED, WORDS)
    assert talk.asked() == [TruncateItem, CreateResponse]
    assert (talk.played, of(talk, "barge_in")) == (
        [1, 2],
        [
            {
                "speech_ms": 0,
                "heard_ms": 1_000,
                "audio_ms": 3_000,
                "level": 0,
                "floor": 0,
                "turn": 2,
                "response": "r",
            }
        ],
    )


def test_no_transcript_in_time_makes_it_real_and_a_late_one_changes_nothing():
    talk = interrupted()
    talk.feed(COMMITTED)
    talk.wait(699)
    assert talk.asked() == []
    talk.wait(1)
    assert talk.asked() == [TruncateItem, CreateResponse]
    talk.feed(NOTHING)
    assert (talk.asked(), talk.played) == ([], [1, 2])


def without_words_from_a_live_transcription() -> Talk:
    talk = interrupted(said_live="When?")
    talk.feed(COMMITTED)
    talk.wait(700)
    return talk


def test_where_words_come_while_they_are_spoken_none_in_time_are_none():
    talk = without_words_from_a_live_transcription()
    assert (talk.asked(), talk.played) == ([], [1, 2, 3])
    talk.feed(NOTHING)
    assert [(type(c), c.item_id) for c in talk.to_model] == [(DeleteItem, "said")]
    assert talk.played == [1, 2, 3]


def test_and_words_that_come_after_all_cut_the_bot_and_are_answered():
    talk = without_words_from_a_live_transcription()
    talk.feed(WORDS)
    assert talk.asked() == [TruncateItem, CreateResponse]
    assert talk.kinds()[-3:] == ["answer_sent", "bot_said", "user_said"]


def test_the_transcript_of_another_utterance_decides_nothing():
    talk = interrupted()
    talk.feed(InputTranscribed(item_id="question", text=""))
    assert (talk.asked(), talk.played) == ([], [1, 2])


def test_a_refused_commit_has_no_transcript_and_is_not_mistaken_for_the_next():
    talk = interrupted()
    refusal = ErrorReported(code="x", message="", param=None, command_id=COMMIT_ID)
    talk.feed(refusal)
    talk.wait(700)
    assert talk.asked() == [TruncateItem, CreateResponse]
    talk.answer("r2", 3_000)
    talk.wait(1_000)
    talk.feed(BEGINS, PAUSES, DOUBTFUL, COMMITTED, NOTHING)
    assert talk.played == [1, 2, 3, 4]


def test_while_it_is_in_doubt_the_model_is_asked_for_nothing_and_what_it_sends_is_kept():
    talk = interrupted(generating=True)
    talk.audio("r", 1_000)
    talk.done("r")
    assert (talk.asked(), talk.played) == ([], [1, 2])
    talk.feed(COMMITTED, NOTHING)
    talk.wait(3_000)
    assert of(talk, "bot_said")[-1]["heard_ms"] == 4_000


def test_speech_that_goes_on_while_it_is_in_doubt_makes_it_real():
    talk = interrupted()
    talk.feed(COMMITTED, BEGINS)
    assert talk.asked() == []
    talk.feed(COUNTS)
    assert talk.asked() == [TruncateItem]
    talk.feed(ENDS)
    assert talk.asked() == [CreateResponse]


def test_a_second_noise_only_delays_the_bot():
    talk = interrupted()
    talk.feed(COMMITTED, BEGINS, NOTHING)
    assert talk.played == [1, 2]
    talk.feed(SKIPPED)
    assert talk.played == [1, 2, 3]


def test_after_three_seconds_the_bot_does_not_play_on_but_is_asked_again():
    talk = interrupted()
    talk.feed(COMMITTED, BEGINS, NOTHING)
    talk.wait(2_500)
    talk.feed(SKIPPED)
    assert talk.asked() == [DeleteItem, TruncateItem, CreateResponse]
    assert talk.played == [1, 2]


def test_an_answer_that_has_played_on_can_be_interrupted_again():
    talk = interrupted()
    talk.feed(COMMITTED, NOTHING)
    talk.wait(1_000)
    talk.asked()
    talk.feed(BEGINS, PAUSES, BargeInReal(500))
    assert [command.heard_ms for command in talk.to_model] == [2_000]


def test_closing_leaves_nothing_in_doubt():
    talk = interrupted()
    talk.wait(DEFAULTS.longest_call_ms)
    assert talk.conversation.closing
    talk.feed(COMMITTED, NOTHING)
    assert 3 not in talk.played


# The answer to a question


def asking(text: str) -> Talk:
    """A call whose answer of 2 s has this text."""
    talk = Talk()
    talk.created("r")
    talk.feed(ItemStarted(response_id="r", item_id="item_r", kind="message"))
    talk.feed(TranscriptDelta(response_id="r", item_id="item_r", text=text))
    talk.audio("r", 2_000)
    talk.done("r")
    return talk


def test_a_question_is_pending_from_shortly_before_its_end_until_the_next_answer_was_heard():
    talk = asking("Is ten o'clock fine?")
    seen = []
    for _ in range(5):
        seen.append(talk.conversation.turn_context(talk.now_ms).question)
        talk.wait(680)
    assert seen == [False, False, False, True, True]
    talk.feed(BEGINS, ENDS)
    talk.answer("r2", 500)
    assert talk.conversation.turn_context(talk.now_ms).question is False


def test_of_several_items_those_before_the_last_are_whole_and_not_truncated():
    talk = asking("Let me look that up for you, one moment.")
    talk.wait(2_100)
    talk.feed(BEGINS, ENDS)
    talk.created("r2")
    for item_id, text in (("a", "Let me look that up for you."), ("b", "We have nine and ten.")):
        talk.feed(ItemStarted(response_id="r2", item_id=item_id, kind="message"))
        talk.feed(TranscriptDelta(response_id="r2", item_id=item_id, text=text))
        talk.feed(AudioDelta(response_id="r2", item_id=item_id, audio=bytes(2_000 * 8)))
    talk.wait(2_800)
    talk.asked()
    talk.feed(BEGINS, PAUSES, BargeInReal(500))
    assert [(type(c), getattr(c, "item_id", None)) for c in talk.to_model] == [
        (CancelResponse, None),
        (TruncateItem, "b"),
    ]
    said = of(talk, "bot_said")[-1]
    assert (said["text"], said["unheard"]) == ("Let me look that up for you. We have nine and", "ten.")


# The keypad


def test_the_keys_are_handed_to_the_model_as_the_callers_answer_and_kept_out_of_the_account():
    talk = Talk()
    talk.answer("greeting", 400)
    talk.wait(500)
    talk.asked()
    for key in "4217":
        talk.feed(Dtmf(digit=key))
        talk.wait(300)
    talk.wait(DEFAULTS.keypad_end_ms)
    item, create = talk.to_model
    assert item == Tell("user", "(The caller answered with the telephone's keys: 4 2 1 7)")
    assert create == CreateResponse("create_2")
    assert talk.notes[-1] == Note(Keyed(keys=4))


def test_zero_asks_for_a_person():
    talk = Talk()
    talk.answer("greeting", 400)
    talk.wait(500)
    talk.asked()
    talk.feed(Dtmf(digit="0"))
    talk.wait(DEFAULTS.keypad_end_ms)
    assert talk.to_model[0].text == ("(The caller pressed 0: they ask to speak to a person.)")


def test_a_key_stops_the_bot_which_waits_until_the_number_is_complete():
    talk = Talk()
    talk.created("greeting")
    talk.audio("greeting", 3_000)
    talk.wait(500)
    talk.asked()
    talk.feed(Dtmf(digit="1"))
    assert talk.asked() == [CancelResponse, TruncateItem]
    talk.done("greeting", "cancelled")
    talk.wait(1_000)
    assert talk.asked() == []
    talk.feed(Dtmf(digit="#"))
    talk.wait(0)
    assert talk.asked() == [Tell, CreateResponse]


def test_a_key_during_the_goodbye_takes_the_call_back():
    talk = Talk()
    talk.created("greeting")
    talk.audio("greeting", 3_000)
    talk.call("greeting", "end_call")
    talk.done("greeting")
    talk.asked()
    talk.feed(Dtmf(digit="1"))
    assert talk.conversation.closing is False
    talk.wait(2_000)
    assert talk.asked()[-1] == CreateResponse
