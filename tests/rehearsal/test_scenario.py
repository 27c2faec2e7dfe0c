import datetime as dt

from rehearsal import scenario
from rehearsal.scenario import Voices
from simulator import Say, SessionMemory
from simulator.tones import murmur


class AnyText(dict):
    """A voice that has every sentence."""

    def __missing__(self, text):
        return murmur(20)


VOICES = Voices(audio=AnyText(), spoken=False)


def test_the_caller_says_what_the_model_believes_to_hear():
    said = [step.text for step in scenario.caller_steps(VOICES) if isinstance(step, Say)]

    assert said == list(scenario.model_script(VOICES, dt.date(2026, 11, 24)).hears)


def test_the_model_looks_on_the_given_day_and_books_the_second_time_it_is_offered():
    script = scenario.model_script(VOICES, dt.date(2026, 11, 24))
    calls = {call.name: call for reply in script.replies for call in reply.calls}
    offered = {"slots": [{"slot_start": "first", "say": ""}, {"slot_start": "second", "say": ""}]}
    memory = SessionMemory(outputs=(("find_available_slots", offered),))

    assert list(calls) == ["update_lead_details", "find_available_slots", "create_appointment", "end_call"]
    assert calls["find_available_slots"].arguments == {
        "said": "as early as you can",
        "date_iso": "2026-11-24",
    }
    assert calls["create_appointment"].arguments(memory) == {"slot_start": "second", "notes": "Check-up"}
