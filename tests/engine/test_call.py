"""Whole calls under the virtual clock, between the simulated carrier and the simulated model."""

from engine.outcome import Outcome
from simulator.caller import HangUp, Pause, Say, UntilBotQuiet, UntilBotSpeaks, UntilClosed
from simulator.model_script import Call, ModelScript, Reply
from simulator.tones import murmur
from tests.rig import place


GREETING = Reply("Demo Dental, how can I help?", murmur(1_200, pitch=180))


async def test_a_call_is_greeted_answered_and_hung_up_by_the_bot(autojump_clock):
    placed = await place(
        [UntilBotQuiet(500), Say("Goodbye.", murmur(600)), UntilClosed()],
        ModelScript(
            replies=[GREETING, Reply("Goodbye!", murmur(800, pitch=200), calls=(Call("end_call"),))],
            hears=["Goodbye."],
        ),
    )
    print("\n".join(f"{e.at_ms} {e.kind} {e.fields}" for e in placed.record.events))
    placed.assert_clean()
    assert placed.outcome is Outcome.COMPLETED
    assert placed.said() == [
        ("bot", "Demo Dental, how can I help?"),
        ("caller", "Goodbye."),
        ("bot", "Goodbye!"),
    ]
