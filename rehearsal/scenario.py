"""A scripted call in which an appointment is booked: what the caller does, and what the model says.

The model's half needs no understanding: it follows its lines whatever it hears. What is real is
everything between the two: turns, barge-in, tools, the calendar, the hang-up.
"""

import datetime as dt

from attrs import frozen

from engine.prompt import notice
from office.language.english import ENGLISH
from simulator import (
    Call,
    HangUp,
    ModelScript,
    Reply,
    Say,
    SessionMemory,
    Step,
    UntilBotQuiet,
    UntilBotSpeaks,
    UntilClosed,
    mulaw,
)
from simulator.speech import SpeechUnavailable, speak_all
from simulator.tones import murmur

_BOT_VOICE, _CALLER_VOICE = "en-us", "en-gb"
_INTERRUPTS_AFTER_MS = 3_000
_BETWEEN_MS = 1_000

_GREETING = f"{notice.standard('en', recorded=False)} Hello, this is Demo Dental. How can I help you?"
_EXPLAINS = (
    "Of course. A check-up takes half an hour, and we are open from Monday to Friday, from nine in the "
    "morning until five in the afternoon. You can park behind the house, and the second floor has a lift."
)
_OFFERS = tuple(
    f"Thank you, Dana. On {weekday} I have nine o'clock, half past nine, or ten o'clock. Which one suits you?"
    for weekday in ENGLISH.weekdays
)
_CONFIRMS = "You are booked for half past nine. Is there anything else I can do for you?"
_GOODBYE = "Thank you for calling, Dana. See you then. Goodbye."

_ASKS = "Hi, I would like an appointment for a check-up, please."
_EARLY = "as early as you can"
_INTERRUPTS = f"Sorry, {_EARLY}. My name is Dana Levi."
_CHOOSES = "Half past nine, please."
_THANKS = "No, that is all. Thank you, goodbye."


@frozen(kw_only=True)
class Voices:
    """Every sentence of the scenario as mu-law, and whether it is speech."""

    audio: dict[str, bytes]
    spoken: bool


def record_voices() -> Voices:
    """Speak every sentence, in two voices; hum it where there is no synthesiser. Blocks for a second."""
    bot = [(_BOT_VOICE, text) for text in (_GREETING, _EXPLAINS, *_OFFERS, _CONFIRMS, _GOODBYE)]
    caller = [(_CALLER_VOICE, text) for text in (_ASKS, _INTERRUPTS, _CHOOSES, _THANKS)]
    texts = [text for _, text in bot + caller]
    try:
        return Voices(audio=dict(zip(texts, speak_all(bot + caller), strict=True)), spoken=True)
    except SpeechUnavailable:
        pitches = {_BOT_VOICE: 190, _CALLER_VOICE: 120}
        hums = {text: murmur(60 * len(text), pitch=pitches[voice]) for voice, text in bot + caller}
        return Voices(audio=hums, spoken=False)


def caller_steps(voices: Voices) -> list[Step]:
    """Script the caller: asks, interrupts, chooses a time, and waits for the bot to hang up."""

    def say(text: str) -> Say:
        return Say(text, voices.audio[text])

    answered: list[Step] = [UntilBotSpeaks(100), UntilBotQuiet(700)]
    return [
        *answered,
        say(_ASKS),
        UntilBotSpeaks(_INTERRUPTS_AFTER_MS),
        say(_INTERRUPTS),
        *answered,
        say(_CHOOSES),
        *answered,
        say(_THANKS),
        UntilClosed(),
    ]


def caller_recording(voices: Voices) -> bytes:
    """Return all that the caller says, as mu-law, with a second of silence between."""
    said = [voices.audio[text] for text in (_ASKS, _INTERRUPTS, _CHOOSES, _THANKS)]
    return mulaw.silence(_BETWEEN_MS).join(said)


def model_script(voices: Voices, date: dt.date) -> ModelScript:
    """Script the model: its lines, its tool calls for that day, and what it believes to have heard."""

    def reply(text: str, *calls: Call) -> Reply:
        return Reply(text, voices.audio[text], calls)

    def second_slot(memory: SessionMemory) -> dict[str, str]:
        slot = memory.last("find_available_slots")["slots"][1]
        return {"slot_start": slot["slot_start"], "notes": "Check-up"}

    return ModelScript(
        replies=[
            reply(_GREETING),
            reply(_EXPLAINS),
            Reply(
                calls=(
                    Call("update_lead_details", {"full_name": "Dana Levi"}),
                    Call("find_available_slots", {"said": _EARLY, "date_iso": date.isoformat()}),
                )
            ),
            reply(_OFFERS[date.weekday()]),
            Reply(calls=(Call("create_appointment", second_slot),)),
            reply(_CONFIRMS),
            reply(_GOODBYE, Call("end_call")),
        ],
        hears=[_ASKS, _INTERRUPTS, _CHOOSES, _THANKS],
    )


def recording_steps(name: str, audio: bytes) -> list[Step]:
    """Script a caller who plays a recording after the greeting, hears the answer out, and hangs up."""
    return [UntilBotSpeaks(100), UntilBotQuiet(700), Say(f"({name})", audio), UntilBotQuiet(3_000), HangUp()]
