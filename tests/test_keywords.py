"""The names that callers say, in whole calls: told to a model that takes them, and no transcript is lost."""

import pytest
from attrs import define, evolve

from engine.ports import Profile
from rehearsal.rig import HUMMED, FakeOffice, place
from simulator import ModelScript, Reply
from simulator.caller import HangUp, Say, UntilBotQuiet, UntilBotSpeaks
from simulator.tones import murmur

HELLO = Reply("Demo Dental, how can I help?", murmur(800))
CALLER = [
    UntilBotQuiet(400),
    Say("Is Dana in?", murmur(700)),
    UntilBotSpeaks(100),
    UntilBotQuiet(400),
    HangUp(),
]


@define
class NamedOffice(FakeOffice):
    """An office whose callers ask for Dana and for root canals."""

    @property
    def profile(self) -> Profile:
        return evolve(super().profile, keywords=("Dana", "Root canal"))


async def called(transcription_model, **script):
    settings = evolve(HUMMED, transcription_model=transcription_model)
    script = ModelScript(replies=[HELLO], hears=["Is Dana in?"], **script)
    placed = await place(CALLER, script, office=NamedOffice(), settings=settings)
    placed.assert_clean()
    assert ("caller", "Is Dana in?") in placed.said()
    return placed.model.session["audio"]["input"]["transcription"]


@pytest.mark.parametrize("model", ["gpt-live-transcribe", "gpt-transcribe"])
async def test_a_model_that_takes_names_is_told_them(model, autojump_clock):
    assert (await called(model))["keywords"] == ["Dana", "Root canal"]


@pytest.mark.parametrize("model", ["whisper-1", "gpt-4o-transcribe"])
async def test_no_other_model_is_told_any(model, autojump_clock):
    assert "keywords" not in await called(model)


async def test_a_server_that_refuses_them_still_writes_down_what_the_caller_says(autojump_clock):
    refusing = frozenset({"audio.input.transcription.keywords"})
    assert "keywords" not in await called("gpt-live-transcribe", reject_fields=refusing)
