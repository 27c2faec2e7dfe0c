"""A known caller moves what an earlier call booked, leaves a message, books another, and cancels that."""

import datetime as dt
import sqlite3
from collections.abc import Mapping
from typing import Any

from simulator.caller import Say, Step, UntilBotQuiet, UntilBotSpeaks, UntilClosed
from simulator.model_script import Call, ModelScript, Reply, SessionMemory
from simulator.tones import murmur
from storage import booking as bookings
from storage import businesses, calls, leads
from storage.availability import Request
from tests.booking import CALLER, GREETING, NOTES, NOW
from tests.office.front import both

EARLIER_SID = "CA" + "0" * 32
OWNER = "+14155550177"
NAME = "Ada Lovelace"
MESSAGE = "Please ring me about the bill."
WAS = dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC)  # Monday at 9 in Berlin
TUESDAY, WEDNESDAY = "2026-11-24", "2026-11-25"
MOVED_TO = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)

_HEARD = (UntilBotSpeaks(100), UntilBotQuiet(100))
_SAID = (
    "Ada Lovelace. Can I come on Tuesday instead?",
    "At nine. And a message, please.",
    "And one more on Wednesday.",
    "At nine.",
    "No, rather not. Bye.",
)
# A slot, or an appointment, as the model names it when it was told of none.
_NONE = {"slot_start": "none", "starts_at": "none"}


def earlier_call(conn: sqlite3.Connection) -> None:
    """What stands in the file before: the owner's number, and the caller's appointment on Monday at 9."""
    businesses.change(conn, 1, owner_phone=OWNER)
    lead = leads.find_or_create(conn, 1, phone=CALLER, call_sid=EARLIER_SID)
    leads.update_details(conn, 1, lead.id, full_name=NAME)
    calls.begin(conn, 1, call_sid=EARLIER_SID, caller=CALLER, lead_id=lead.id, started_at=NOW)
    request = Request(date=WAS.date(), duration_min=30)
    bookings.book(
        conn, 1, lead_id=lead.id, call_sid=EARLIER_SID, starts_at=WAS, request=request, notes=NOTES, now=NOW
    )
    calls.finish(
        conn, 1, call_sid=EARLIER_SID, outcome="completed", detail="", ended_at=NOW, duration_ms=0, events=[]
    )


def caller() -> list[Step]:
    utterances = [Say(text, murmur(320, pitch=120)) for text in _SAID]
    return [*(step for say in utterances for step in (*_HEARD, say)), UntilClosed()]


def model() -> ModelScript:
    return ModelScript(
        replies=[
            GREETING,
            Reply(calls=(Call("my_appointments", {"full_name": NAME}),)),
            Reply(calls=(Call("find_available_slots", both(TUESDAY)),)),
            _says("I have nine or ten."),
            Reply(calls=(Call("reschedule_appointment", _move), Call("take_message", {"text": MESSAGE}))),
            _says("It is moved, and I will pass that on."),
            Reply(calls=(Call("find_available_slots", both(WEDNESDAY)),)),
            _says("I have nine or ten."),
            Reply(calls=(Call("create_appointment", _book),)),
            _says("You are booked."),
            Reply(calls=(Call("cancel_appointment", _cancel),)),
            Reply("Cancelled. Goodbye!", murmur(300, pitch=200), calls=(Call("end_call"),)),
        ],
        hears=_SAID,
    )


def _says(text: str) -> Reply:
    return Reply(text, murmur(300, pitch=190))


def _first(memory: SessionMemory, tool: str, what: str) -> Mapping[str, str]:
    found: list[Mapping[str, str]] = memory.last(tool).get(what) or [_NONE]
    return found[0]


def _move(memory: SessionMemory) -> Mapping[str, Any]:
    return {
        "starts_at": _first(memory, "my_appointments", "appointments")["starts_at"],
        "slot_start": _first(memory, "find_available_slots", "slots")["slot_start"],
    }


def _book(memory: SessionMemory) -> Mapping[str, Any]:
    return {"slot_start": _first(memory, "find_available_slots", "slots")["slot_start"], "notes": NOTES}


def _cancel(memory: SessionMemory) -> Mapping[str, Any]:
    return {"starts_at": memory.last("create_appointment").get("starts_at", "none")}
