"""A time is booked, or moved to, only after the caller heard its offer and then said or pressed something.

Each test is a whole call on a real file, under the virtual clock. The model books as soon as it is asked for
an answer, whatever the caller did.
"""

import pytest
from attrs import evolve

from rehearsal.rig import CALL_SID
from simulator.caller import Pause, Press, Say, UntilBotQuiet, UntilBotSpeaks, UntilClosed
from simulator.model_script import Call, ModelScript, Reply
from simulator.tones import murmur
from storage import appointments
from tests.office.front import TUESDAY_9, both
from tests.office.test_tool_tenants import OWN_NAME, THURSDAY_9
from tests.test_hostile_model import (
    ASK_FIRST,
    ASKS,
    BOOK,
    BOOKED,
    FIND,
    FOUND,
    GREETING,
    HEARD,
    MADE,
    SAID,
    asks,
    opened,
    output,
    ring,
)

ASK = Say(ASKS, murmur(400))
YES, YES_TEXT = Say("Yes.", murmur(400, pitch=120)), "Yes."
OFFER = Reply("I have nine or half past nine on Tuesday. Which one suits you?", murmur(2_000, pitch=190))
QUESTION = Reply("Does Tuesday at nine work for you?", murmur(1_500, pitch=185))
SILENT = Pause(9_000)  # so the bot asks whether they are still there
REFUSED = output(ASK_FIRST)
OK = {"status": "ok"}

# What a caller does after the search, from the moment at which the offer is about to be heard; and what the
# model believes to have heard of it.
NO_ANSWERS = {
    "nothing": ([*HEARD, SILENT], []),
    "a cough": ([*HEARD, Say("(coughs)", murmur(160)), SILENT], []),
    "a sound without words": ([*HEARD, Say("(hums)", murmur(600))], [""]),
    "a blank transcript": ([*HEARD, Say("(hums)", murmur(600))], [" \n"]),
    "a short sound over the offer": ([UntilBotSpeaks(600), Say("(hums)", murmur(400)), *HEARD, SILENT], [""]),
    "going on as the offer begins": (
        [UntilBotSpeaks(60), Say("On Tuesday, I mean.", murmur(1_200))],
        ["On Tuesday, I mean."],
    ),
}
ANSWERS = {
    "words": ([*HEARD, YES], [YES_TEXT]),
    "words over the offer": ([UntilBotSpeaks(600), Say("Nine!", murmur(900))], ["Nine!"]),
    "a short word over the offer": ([UntilBotSpeaks(600), Say("Nine!", murmur(400))], ["Nine!"]),
    "a key": ([*HEARD, Press("1"), Pause(2_000)], []),
    "a key over the offer": ([UntilBotSpeaks(600), Press("1"), Pause(2_000)], []),
    "words, and then a cough": ([*HEARD, YES, Say("(coughs)", murmur(160))], [YES_TEXT]),
    "words, whose transcript fails": ([*HEARD, YES], [None]),
}


def of_call(database):
    return database.read(lambda conn: appointments.for_call(conn, 1, CALL_SID))


async def rung(path, does, model, **more):
    """The call, and what it has booked."""
    async with opened(path) as database:
        rung = await ring(database, model, script=[*HEARD, ASK, *does, UntilClosed()], **more)
        return rung, [booked.starts_at.isoformat() for booked in await of_call(database)]


@pytest.mark.parametrize("does", NO_ANSWERS)
async def test_no_answer_is_asked_for_one_and_the_yes_to_that_books(does, tmp_path, autojump_clock):
    steps, heard = NO_ANSWERS[does]
    model = ModelScript(
        replies=[GREETING, asks(FIND), OFFER, asks(BOOK), QUESTION, asks(BOOK), BOOKED],
        hears=[ASKS, *heard, YES_TEXT],
    )
    call, booked = await rung(tmp_path / "yes.db", [*steps, *HEARD, YES], model)
    assert call.outputs == [FOUND, REFUSED, MADE, OK]
    assert booked == [TUESDAY_9.replace("Z", "+00:00")]
    assert call.placed.said()[-3:] == [("bot", QUESTION.text), ("caller", YES_TEXT), SAID[-1]]


@pytest.mark.parametrize("does", ANSWERS)
async def test_an_answer_books(does, tmp_path, autojump_clock):
    steps, heard = ANSWERS[does]
    model = ModelScript(
        replies=[GREETING, asks(FIND), OFFER, asks(BOOK), BOOKED],
        hears=[ASKS, *heard],
    )
    call, _ = await rung(tmp_path / "yes.db", steps, model)
    assert call.outputs == [FOUND, MADE, OK]


@pytest.mark.parametrize(
    "server",
    [{"transcript_after_ms": 60_000}, {"reject_fields": frozenset({"audio.input.transcription"})}],
    ids=["never transcribes in time", "refuses transcription"],
)
async def test_a_server_without_transcripts_keeps_nobody_from_booking(server, tmp_path, autojump_clock):
    model = ModelScript(replies=[GREETING, asks(FIND), OFFER, asks(BOOK), BOOKED], **server)
    call, _ = await rung(tmp_path / "yes.db", [*HEARD, YES], model)
    assert call.outputs == [FOUND, MADE, OK]


async def test_a_model_that_books_at_once_is_refused_before_the_caller_has_heard_a_word(
    tmp_path, autojump_clock
):
    model = ModelScript(
        replies=[GREETING, asks(FIND), asks(BOOK), QUESTION, asks(BOOK), BOOKED], hears=[ASKS, YES_TEXT]
    )
    call, _ = await rung(tmp_path / "yes.db", [*HEARD, YES], model)
    assert call.outputs == [FOUND, REFUSED, MADE, OK]


async def test_an_offer_and_its_booking_in_one_response_are_not_one_yes(tmp_path, autojump_clock):
    both = evolve(OFFER, calls=(BOOK,))
    model = ModelScript(
        replies=[GREETING, asks(FIND), both, QUESTION, asks(BOOK), BOOKED], hears=[ASKS, YES_TEXT]
    )
    call, _ = await rung(tmp_path / "yes.db", [UntilBotSpeaks(1_000), UntilBotQuiet(300), YES], model)
    assert call.outputs == [FOUND, REFUSED, MADE, OK]


async def test_a_time_that_another_search_finds_again_needs_no_second_yes(tmp_path, autojump_clock):
    later = Call("find_available_slots", both("2026-11-25"))
    model = ModelScript(
        replies=[GREETING, asks(FIND), OFFER, asks(later), asks(FIND), asks(BOOK), BOOKED],
        hears=[ASKS, "Wednesday? No, rather Tuesday at nine."],
    )
    call, _ = await rung(tmp_path / "yes.db", [*HEARD, YES], model)
    assert [result.get("status") for result in call.outputs] == [None, None, None, "ok", "ok"]


MINE = Call("my_appointments", {"full_name": OWN_NAME})
MOVE = Call("reschedule_appointment", {"starts_at": THURSDAY_9, "slot_start": TUESDAY_9})


async def test_an_appointment_is_not_moved_without_a_yes_to_the_new_time(tmp_path, autojump_clock):
    model = ModelScript(
        replies=[GREETING, asks(MINE), asks(FIND), asks(MOVE), QUESTION, asks(MOVE), BOOKED],
        hears=[ASKS, YES_TEXT],
    )
    call, _ = await rung(tmp_path / "yes.db", [*HEARD, YES], model)
    moved = "Moved from Thursday 26 November at 9:00 to Tuesday 24 November at 9:00."
    assert call.outputs[2:] == [REFUSED, {"status": "ok", "starts_at": TUESDAY_9, "say": moved}, OK]


def insists(number):
    """A booking of Tuesday at nine that differs from every other, so that no two are the same request."""
    return Call("create_appointment", BOOK.arguments | {"notes": f"cut {number}"})


@pytest.mark.parametrize("words", ["", "One moment."])
async def test_a_model_that_searches_and_books_on_and_on_never_gets_a_row(words, tmp_path, autojump_clock):
    audio = murmur(300, pitch=190) if words else b""
    replies = [Reply(words, audio, calls=(FIND, insists(number))) for number in range(200)]
    call, booked = await rung(
        tmp_path / "yes.db", [UntilBotQuiet(5_000)], ModelScript(replies=[GREETING, *replies], hears=[ASKS])
    )
    refused = [result for result in call.outputs if result == REFUSED]
    assert (booked, len(refused) > 20) == ([], True)
