"""Accounts of calls for the tests of how they are read and drawn."""

from functools import partial

from rehearsal.rig import rehearse
from rehearsal.virtual_time import in_virtual_time
from tests.rehearsal.test_replay import CALLER, MODEL, OFFICE, SETTINGS


def rehearsed():
    """A whole call with every kind of turn, as the engine itself accounts for it; and its length."""
    record = in_virtual_time(partial(rehearse, CALLER, MODEL, office=OFFICE, settings=SETTINGS)).record
    return record.events, record.duration_ms


def utterance(ended_at_ms, speech_ms=1_000, silence_ms=500, *, doubtful=False):
    """That the caller has finished saying something."""
    fields = {"speech_ms": speech_ms, "silence_ms": silence_ms, "doubtful": doubtful}
    return ended_at_ms, "utterance_ended", fields


def sounds(at_ms):
    """That an answer begins to sound."""
    return at_ms, "first_audio", {"turn": 1}


def resumes(at_ms, heard_ms):
    """That it plays on, after so much of it."""
    return at_ms, "resumed", {"heard_ms": heard_ms}


def answer(closed_at_ms, heard_ms, audio_ms, heard="Yes.", unheard=""):
    """That an answer is over."""
    fields = {"text": heard, "unheard": unheard, "heard_ms": heard_ms, "audio_ms": audio_ms}
    return closed_at_ms, "bot_said", fields


def called(at_ms, call_id, name="find_available_slots"):
    """That a tool was called."""
    return at_ms, "tool_called", {"name": name, "call_id": call_id}
