"""What the model has used: read leniently from its messages, and added up over a call."""

import json

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from engine.account import ModelUsed
from engine.peers.realtime import receive
from engine.peers.usage import of_response, of_transcript
from engine.usage import Usage, total
from rehearsal.rig import HUMMED, place
from simulator import Call, ModelScript, Reply
from simulator.caller import Say, UntilBotQuiet, UntilBotSpeaks, UntilClosed
from simulator.tones import murmur

# As the API reference has it.
WHOLE = {
    "total_tokens": 253,
    "input_tokens": 132,
    "output_tokens": 121,
    "input_token_details": {
        "text_tokens": 119,
        "audio_tokens": 13,
        "image_tokens": 0,
        "cached_tokens": 64,
        "cached_tokens_details": {"text_tokens": 60, "audio_tokens": 4, "image_tokens": 0},
    },
    "output_token_details": {"text_tokens": 30, "audio_tokens": 91},
}
READ = Usage(responses=1, audio_in=13, audio_cached=4, text_in=119, text_cached=60, audio_out=91, text_out=30)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.dictionaries(
        st.sampled_from([*WHOLE, *WHOLE["input_token_details"], "seconds", "type"]), inner
    ),
)


def with_input(**details):
    return WHOLE | {"input_token_details": WHOLE["input_token_details"] | details}


def test_a_response_says_what_it_has_used():
    assert of_response(WHOLE) == READ


def test_tokens_of_reasoning_are_text_wherever_they_are_counted():
    beside = WHOLE | {"output_tokens": 521}
    among = WHOLE | {"output_tokens": 521, "output_token_details": {"text_tokens": 430, "audio_tokens": 91}}
    assert of_response(beside) == of_response(among) == evolve(READ, text_out=430)


def test_tokens_of_another_kind_are_not_taken_for_text():
    assert of_response(WHOLE | {"input_tokens": 200}) == evolve(READ, unsorted=68)


def test_without_details_the_kinds_are_not_guessed():
    assert of_response({"input_tokens": 132, "output_tokens": 121}) == Usage(
        responses=1, unsorted=132, unsorted_out=121
    )


def test_what_was_cached_is_told_apart_where_it_can_be():
    assert of_response(with_input(cached_tokens_details=None, audio_tokens=0)) == evolve(
        READ, audio_in=0, audio_cached=0, text_cached=64, unsorted=13
    )
    assert of_response(with_input(cached_tokens_details=None)) == evolve(
        READ, audio_in=0, audio_cached=0, text_in=0, text_cached=0, unsorted=132
    )


def test_more_is_not_cached_than_came_in():
    many = {"text_tokens": 900, "audio_tokens": 900}
    used = of_response(with_input(cached_tokens=1_800, cached_tokens_details=many))
    assert (used.text_cached, used.audio_cached) == (119, 13)


@pytest.mark.parametrize("nothing", [None, {}, [], 7, "many", {"input_tokens": None}, {"input_tokens": -1}])
def test_who_says_nothing_has_used_nothing(nothing):
    assert (of_response(nothing), of_transcript(nothing)) == (None, None)


@pytest.mark.parametrize(
    ("said", "used"),
    [
        ({"type": "duration", "seconds": 2.5}, Usage(transcribed_ms=2_500)),
        ({"type": "duration", "seconds": 3}, Usage(transcribed_ms=3_000)),
        ({"type": "tokens", "total_tokens": 22, "input_tokens": 13}, Usage(transcript_tokens=22)),
        ({"type": "tokens", "input_tokens": 13, "output_tokens": 9}, Usage(transcript_tokens=22)),
        ({"type": "duration", "seconds": float("nan")}, None),
        ({"type": "duration", "seconds": True}, None),
    ],
)
def test_a_transcript_is_counted_in_seconds_or_in_tokens(said, used):
    assert of_transcript(said) == used


@given(ANYTHING)
def test_figures_that_are_none_cost_no_event(usage):
    done = {"type": "response.done", "response": {"id": "r", "status": "completed", "usage": usage}}
    text = {"item_id": "i", "transcript": "Yes.", "usage": usage}
    assert receive(json.dumps(done)).status == "completed"
    completed = "conversation.item.input_audio_transcription.completed"
    assert receive(json.dumps({"type": completed, **text})).text == "Yes."


def test_what_was_used_adds_up():
    assert total(READ, total(READ, Usage(transcribed_ms=5))) == Usage(
        responses=2,
        audio_in=26,
        audio_cached=8,
        text_in=238,
        text_cached=120,
        audio_out=182,
        text_out=60,
        transcribed_ms=5,
    )


CALLER = [UntilBotQuiet(400), Say("Bye.", murmur(600)), UntilBotSpeaks(0), UntilClosed()]
REPLIES = [
    Reply("Demo Dental, how can I help?", murmur(800)),
    Reply("Goodbye!", murmur(600), calls=(Call("end_call"),)),
]


async def test_a_calls_account_says_what_its_model_has_used(autojump_clock):
    placed = await place(CALLER, ModelScript(replies=REPLIES))

    (line,) = (event.line for event in placed.record.events if event.kind == "model_used")
    assert line == ModelUsed(
        model="gpt-realtime-2.1",
        transcription_model="gpt-live-transcribe",
        responses=2,
        text_in=200,
        text_cached=120,
        audio_out=28,
        text_out=9,
        transcribed_ms=1_000,
    )


async def test_without_transcription_nobody_is_said_to_have_written_anything_down(autojump_clock):
    placed = await place(
        CALLER, ModelScript(replies=REPLIES), settings=evolve(HUMMED, transcription_model=None)
    )

    (used,) = placed.of("model_used")
    assert (used["transcription_model"], used["transcribed_ms"]) == (None, 0)


async def test_a_call_whose_model_never_answered_has_used_nothing(autojump_clock):
    placed = await place([UntilClosed()], ModelScript(never_updates=True))

    assert placed.of("model_used") == []
