"""A model that can't do everything: what is done about each thing that it lacks."""

import pytest
from attrs import evolve

from engine.capabilities import check, instead, without_what_it_lacks
from engine.errors import ModelFault
from engine.model import Capabilities, CommitAudio, DeleteItem, SessionInfo, Tell, TruncateItem
from engine.settings import DEFAULTS

ABLE = Capabilities()
SESSION = SessionInfo(voice="marin", input_format="audio/pcmu", output_format="audio/pcmu")
CUT = TruncateItem("item", 800, "Tuesday at", "heard_item")
UNHEARD = DeleteItem("item", "heard_item", unheard=True)
NOISE = DeleteItem("user", "noise_user")


@pytest.mark.parametrize("command", [CUT, UNHEARD, NOISE, CommitAudio()])
def test_a_model_that_can_do_it_is_told_as_the_conversation_says_it(command):
    assert instead(command, ABLE) == (command,)


def test_a_model_that_cant_truncate_is_told_in_words_what_was_heard():
    (told,) = instead(CUT, evolve(ABLE, truncates=False))
    assert told == Tell(
        "system", "The caller interrupted you, and has heard only “Tuesday at” of your last answer."
    )


def test_where_the_words_are_not_known_it_is_told_that_the_beginning_was_heard():
    (told,) = instead(evolve(CUT, heard_text=""), evolve(ABLE, truncates=False))
    assert told == Tell(
        "system", "The caller interrupted you, and has heard only the beginning of your last answer."
    )


def test_a_model_that_cant_delete_is_told_that_an_answer_was_not_heard_and_keeps_the_rest():
    unable = evolve(ABLE, deletes=False)
    unheard = Tell("system", "The caller interrupted you, and has heard nothing of your last answer.")
    assert [instead(UNHEARD, unable), instead(NOISE, unable)] == [(unheard,), ()]


def test_without_transcripts_there_is_nothing_to_wait_for_before_an_interruption_is_real():
    assert without_what_it_lacks(DEFAULTS, ABLE) == DEFAULTS
    mute = evolve(ABLE, transcribes=False)
    assert without_what_it_lacks(DEFAULTS, mute) == DEFAULTS.without_transcription()


def test_what_a_model_could_not_forget_it_is_not_asked_ahead():
    unable = evolve(ABLE, deletes=False)
    assert DEFAULTS.answer_ahead_ms > 0
    assert without_what_it_lacks(DEFAULTS, unable) == evolve(DEFAULTS, answer_ahead_ms=0)


@pytest.mark.parametrize(
    ("session", "reason"),
    [
        (evolve(SESSION, output_format="audio/pcm"), "audio/pcm, and the caller would hear static"),
        (evolve(SESSION, input_format="audio/pcma"), "audio/pcma, and the caller would hear static"),
        (evolve(SESSION, capabilities=evolve(ABLE, client_turns=False)), "would decide about the turns"),
    ],
)
def test_a_session_over_which_no_call_can_be_carried_is_a_fault(session, reason):
    with pytest.raises(ModelFault, match=reason):
        check(session)
