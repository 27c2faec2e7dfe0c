"""A noisy line is a fact: the model is told of it once, the account says so."""

import pytest
from attrs import evolve

from engine.account import NoisyLine
from engine.actions import Note
from engine.caller.turns import Loudness, UtteranceEnded, UtteranceStarted
from engine.model import InputCommitted, Tell
from engine.prompt import prompt
from engine.settings import DEFAULTS
from rehearsal.rig import place
from simulator.caller import HangUp, Say, UntilBotQuiet, UntilBotSpeaks
from simulator.model_script import ModelScript, Reply
from simulator.tones import murmur
from tests.engine.test_conversation import Talk

LONG = Reply("We are open from Monday to Friday, from nine to five.", murmur(30_000, pitch=170))
HUM = [UntilBotSpeaks(2_000), Say("", murmur(400, pitch=120))]
ASK = [UntilBotQuiet(400), Say("When are you open?", murmur(900))]


def told(placed):
    return sum(prompt.noisy_line() in str(item.json()) for item in placed.model.conversation.items)


@pytest.mark.parametrize(("hums", "times"), [(2, 0), (3, 1), (5, 1)])
async def test_what_stops_the_bot_for_nothing_three_times_is_a_noisy_line(hums, times, autojump_clock):
    model = ModelScript(
        replies=[Reply("Hello?", murmur(800)), LONG], hears=["When are you open?", *([""] * hums)]
    )
    placed = await place([*ASK, *(HUM * hums), UntilBotQuiet(3_000), HangUp()], model)
    placed.assert_clean()
    assert len(placed.of("resumed")) == hums
    assert placed.of("noisy_line") == [{"floor": 0, "false_stops": 3}] * times
    assert told(placed) == times


def speaks_beside(floor, times):
    """A call in which so many utterances stand beside a floor so loud."""
    talk = Talk()
    for number in range(times):
        talk.feed(UtteranceStarted(0))
        talk.wait(600)
        ended = UtteranceEnded(0, 400, silence_ms=500)
        talk.feed(evolve(ended, loudness=Loudness(level=1_600, floor=floor)))
        talk.feed(InputCommitted(item_id=f"said_{number}"))
    return talk


@pytest.mark.parametrize(("floor", "times", "noted"), [(250, 2, 0), (250, 3, 1), (250, 6, 1), (160, 6, 0)])
def test_so_is_a_floor_that_stands_high_beside_three_utterances(floor, times, noted):
    talk = speaks_beside(floor, times)
    lines = [note for note in talk.notes if isinstance(note.line, NoisyLine)]
    assert lines == [Note(NoisyLine(floor=floor, false_stops=0))] * noted
    assert talk.to_model.count(Tell("system", prompt.noisy_line())) == noted


def test_a_usual_caller_is_18_db_over_the_floor_of_a_noisy_line():
    assert 1_600 / DEFAULTS.noisy_floor == pytest.approx(10 ** (18 / 20), rel=0.01)
