"""The scenario that the project exists for: a booking with a barge-in, in under six seconds of audio."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from engine.prompt import notice
from simulator.caller import Say, Step, UntilBotQuiet, UntilBotSpeaks, UntilClosed
from simulator.model_script import Call, ModelScript, Reply, SessionMemory
from simulator.tones import murmur
from tests.office.front import both

NUMBER, CALLER = "+15550100", "+15550123"
NOW = dt.datetime(2026, 11, 20, 15, 0, tzinfo=dt.UTC)  # a Friday
MONDAY = "2026-11-23"
NOTES = "check-up"

GREETING = Reply(f"{notice.standard('en', recorded=False)} How can I help?", murmur(400, pitch=180))
OFFER = Reply("I have nine, nine thirty or ten. Which one suits you best?", murmur(2_000, pitch=190))
BOOKED = Reply("You are booked. Goodbye!", murmur(400, pitch=200), calls=(Call("end_call"),))


def first_slot(memory: SessionMemory) -> Mapping[str, Any]:
    """The arguments of create_appointment: the first time that was offered, if any."""
    slots = memory.last("find_available_slots").get("slots") or [{"slot_start": "none"}]
    return {"slot_start": slots[0]["slot_start"], "notes": NOTES}


def caller() -> list[Step]:
    return [
        UntilBotSpeaks(100),
        UntilBotQuiet(100),
        Say("I need an appointment on Monday.", murmur(400)),
        UntilBotSpeaks(900),  # far from the guard of 400 ms: a test with real sockets may be slow
        Say("Nine please, my name is Ada.", murmur(600, pitch=120)),
        UntilClosed(),
    ]


def model() -> ModelScript:
    return ModelScript(
        replies=[
            GREETING,
            Reply(calls=(Call("find_available_slots", both(MONDAY)),)),
            OFFER,
            Reply(
                calls=(
                    Call("update_lead_details", {"full_name": "Ada Lovelace"}),
                    Call("create_appointment", first_slot),
                )
            ),
            BOOKED,
        ],
        hears=["I need an appointment on Monday.", "Nine please, my name is Ada."],
    )
