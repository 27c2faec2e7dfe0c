"""A day has two witnesses, and what only one of them has named is heard by the caller before it is booked.

Each test is a whole call on a real file, under the virtual clock. The model books as soon as the caller has
said something, whatever that was.
"""

import pytest
from attrs import evolve

from rehearsal.rig import CALL_SID
from simulator.caller import Say, UntilBotSpeaks, UntilClosed
from simulator.model_script import Call, ModelScript, Reply
from simulator.tones import murmur
from storage import appointments
from tests.office.front import TUESDAY, TUESDAY_9, refused
from tests.office.test_tool_tenants import OWN_NAME, THURSDAY_9
from tests.test_hostile_model import (
    ASK_FIRST,
    BOOK,
    BOOKED,
    FOUND,
    GREETING,
    HEARD,
    MADE,
    NOT_OFFERED,
    asks,
    opened,
    ring,
)

OK = {"status": "ok"}
REFUSED = refused(ASK_FIRST)
READ_BACK = FOUND | {"say": f"I understood Tuesday 24 November. {FOUND['say']} Is that right?"}

# What the bot makes of it: with the day, and without.
ON_TUESDAY = Reply("On Tuesday the 24th I have nine or half past. Is that right?", murmur(2_000, pitch=190))
NO_DAY = Reply("I have nine, half past nine or ten. Which one suits you?", murmur(2_000, pitch=190))
QUESTION = Reply("Does Tuesday the 24th of November at nine work for you?", murmur(1_500, pitch=185))
TEXT = "Anything you say, nine."


def find(**told):
    return Call("find_available_slots", told)


BOTH = find(said="on Tuesday", date_iso=TUESDAY)
UNREAD = find(said="the day that Ann comes", date_iso=TUESDAY)
ONLY_SAID = find(said="on Tuesday")


def speaks(text, ms=2_000):
    return Reply(text, murmur(ms, pitch=190))


def says(number, text=TEXT):
    return Say(text, murmur(400, pitch=110 + 10 * number))


def answers(times):
    """A caller who hears each answer out and then says something."""
    return [step for number in range(times) for step in (*HEARD, says(number))]


async def rung(path, replies, steps):
    """The outputs of a call's tools, and what the call booked, as instants."""
    said = [step.text for step in steps if isinstance(step, Say)]
    model = ModelScript(replies=[GREETING, *replies, BOOKED], hears=said)
    async with opened(path) as database:
        call = await ring(database, model, script=[*steps, UntilClosed()])
        made = await database.read(lambda conn: appointments.for_call(conn, 1, CALL_SID))
    return call.outputs, [each.starts_at.isoformat().replace("+00:00", "Z") for each in made]


async def test_a_day_that_both_have_named_needs_no_more_than_an_answer(tmp_path, autojump_clock):
    replies = [asks(BOTH), NO_DAY, asks(BOOK)]
    outputs, booked = await rung(tmp_path / "w.db", replies, answers(2))
    assert (outputs, booked) == ([FOUND, MADE, OK], [TUESDAY_9])


@pytest.mark.parametrize("search", [UNREAD, ONLY_SAID, find(date_iso=TUESDAY)])
async def test_a_day_that_one_has_named_is_booked_once_the_caller_has_heard_it(
    search, tmp_path, autojump_clock
):
    replies = [asks(search), ON_TUESDAY, asks(BOOK)]
    outputs, booked = await rung(tmp_path / "w.db", replies, answers(2))
    assert (outputs, booked) == ([READ_BACK, MADE, OK], [TUESDAY_9])


@pytest.mark.parametrize("search", [UNREAD, ONLY_SAID])
@pytest.mark.parametrize(
    "offer",
    [NO_DAY, speaks("Wednesday at nine, or half past?"), speaks("On Tuesday the 8th I have nine. Yes?")],
    ids=["no day", "another weekday", "another date"],
)
async def test_an_offer_that_does_not_name_the_day_is_followed_by_the_question_that_does(
    search, offer, tmp_path, autojump_clock
):
    replies = [asks(search), offer, asks(BOOK), QUESTION, asks(BOOK)]
    outputs, booked = await rung(tmp_path / "w.db", replies, answers(3))
    assert (outputs, booked) == ([READ_BACK, REFUSED, MADE, OK], [TUESDAY_9])


async def test_a_time_on_another_day_than_the_one_asked_for_is_booked_once_that_day_was_heard(
    tmp_path, autojump_clock
):
    sunday = find(said="on Sunday", date_iso="2026-11-22")
    replies = [
        asks(sunday),
        NO_DAY,
        asks(book("2026-11-23T08:00:00Z")),
        speaks("Does Monday at nine work for you?"),
        asks(book("2026-11-23T08:00:00Z")),
    ]
    outputs, booked = await rung(tmp_path / "w.db", replies, answers(3))
    assert outputs[0]["say"].startswith("We are closed on Sunday. The nearest free times are Monday 23")
    assert outputs[1] == refused("Does Monday 23 November at 9:00 work for you?")
    assert booked == ["2026-11-23T08:00:00Z"]


async def test_a_model_that_never_names_the_day_never_books_it(tmp_path, autojump_clock):
    tries = [Call("create_appointment", BOOK.arguments | {"notes": f"cut {number}"}) for number in range(5)]
    replies = [asks(UNREAD), *(reply for each in tries for reply in (NO_DAY, asks(each)))]
    outputs, booked = await rung(tmp_path / "w.db", replies, answers(6))
    assert (outputs, booked) == ([READ_BACK, *[REFUSED] * 5, OK], [])


LATE = speaks("I have nine or half past nine for you, and that would be on Tuesday the 24th.", 4_000)


async def test_a_read_back_that_is_interrupted_before_the_day_does_not_count(tmp_path, autojump_clock):
    steps = [*answers(1), UntilBotSpeaks(1_000), Say("Nine!", murmur(900)), *HEARD, says(2)]
    replies = [asks(UNREAD), LATE, asks(BOOK), QUESTION, asks(BOOK)]
    outputs, booked = await rung(tmp_path / "w.db", replies, steps)
    assert (outputs, booked) == ([READ_BACK, REFUSED, MADE, OK], [TUESDAY_9])


async def test_a_read_back_that_is_interrupted_after_the_day_counts(tmp_path, autojump_clock):
    steps = [*answers(1), UntilBotSpeaks(1_200), Say("Nine!", murmur(900))]
    outputs, booked = await rung(tmp_path / "w.db", [asks(UNREAD), ON_TUESDAY, asks(BOOK)], steps)
    assert (outputs, booked) == ([READ_BACK, MADE, OK], [TUESDAY_9])


# They differ

FIRST_9, EIGHTH_9 = "2026-12-01T08:00:00Z", "2026-12-08T08:00:00Z"
FIRST, EIGHTH = "Tuesday the first of December", "Tuesday the eighth of December"
WHICH = speaks("Do you mean Tuesday the 1st, or Tuesday the 8th of December?")


def book(slot_start):
    return Call("create_appointment", {"slot_start": slot_start})


@pytest.mark.parametrize(
    ("said", "date_iso", "asked"),
    [
        (FIRST, "2026-12-08", "Do you mean Tuesday 1 December, or Tuesday 8 December?"),
        (EIGHTH, "2026-12-01", "Do you mean Tuesday 8 December, or Tuesday 1 December?"),
    ],
    ids=["a wrong date and right words", "a right date and wrong words"],
)
async def test_two_days_are_asked_about_and_neither_can_be_booked_before_that_is_answered(
    said, date_iso, asked, tmp_path, autojump_clock
):
    replies = [
        asks(find(said=said, date_iso=date_iso)),
        asks(book(FIRST_9)),
        asks(book(EIGHTH_9)),
        WHICH,
        asks(find(said=FIRST, date_iso="2026-12-01")),
        NO_DAY,
        asks(book(FIRST_9)),
    ]
    outputs, booked = await rung(tmp_path / "w.db", replies, answers(3))
    assert outputs[:3] == [refused(asked), refused(NOT_OFFERED), refused(NOT_OFFERED)]
    assert ([output.get("status") for output in outputs[3:]], booked) == ([None, "ok", "ok"], [FIRST_9])


async def test_two_times_of_a_day_are_asked_about(tmp_path, autojump_clock):
    ten = {"from": "10:00", "until": "10:00"}
    replies = [
        asks(find(said="Tuesday at nine", date_iso=TUESDAY, **ten)),
        speaks("Tuesday at nine, or at ten?"),
        asks(find(said="Tuesday at ten", date_iso=TUESDAY, **ten)),
        NO_DAY,
        asks(book("2026-11-24T09:00:00Z")),
    ]
    outputs, booked = await rung(tmp_path / "w.db", replies, answers(3))
    assert outputs[0] == refused("Do you mean Tuesday 24 November at 9:00, or at 10:00?")
    assert booked == ["2026-11-24T09:00:00Z"]


async def test_a_wrong_date_for_words_that_are_not_read_is_heard_and_put_right(tmp_path, autojump_clock):
    replies = [
        asks(find(said="on Ann's day, in two Tuesdays", date_iso="2026-12-08")),
        speaks("I understood Tuesday the 8th of December. I have nine or ten. Is that right?"),
        asks(find(said=FIRST, date_iso="2026-12-01")),
        speaks("On Tuesday the 1st I have nine or ten."),
        asks(book(FIRST_9)),
    ]
    outputs, booked = await rung(tmp_path / "w.db", replies, answers(3))
    assert outputs[0]["say"].startswith("I understood Tuesday 8 December. These times are free: Tuesday 8")
    assert booked == [FIRST_9]


async def test_a_time_that_is_searched_for_again_after_the_yes_is_booked(tmp_path, autojump_clock):
    again = evolve(UNREAD, arguments=UNREAD.arguments | {"said": "yes, that is right"})
    replies = [asks(UNREAD), ON_TUESDAY, asks(again), asks(BOOK)]
    outputs, booked = await rung(tmp_path / "w.db", replies, answers(2))
    assert (outputs, booked) == ([READ_BACK, READ_BACK, MADE, OK], [TUESDAY_9])


async def test_the_last_search_decides_whether_the_day_is_to_be_heard(tmp_path, autojump_clock):
    replies = [asks(UNREAD), asks(BOTH), NO_DAY, asks(BOOK)]
    outputs, booked = await rung(tmp_path / "read.db", replies, answers(2))
    assert (outputs, booked) == ([READ_BACK, FOUND, MADE, OK], [TUESDAY_9])
    replies = [asks(BOTH), asks(UNREAD), NO_DAY, asks(BOOK), QUESTION, asks(BOOK)]
    outputs, booked = await rung(tmp_path / "unread.db", replies, answers(3))
    assert (outputs, booked) == ([FOUND, READ_BACK, REFUSED, MADE, OK], [TUESDAY_9])


# Moving, and other languages


async def test_an_appointment_is_not_moved_to_a_day_that_the_caller_has_not_heard(tmp_path, autojump_clock):
    move = Call("reschedule_appointment", {"starts_at": THURSDAY_9, "slot_start": TUESDAY_9})
    replies = [
        asks(Call("my_appointments", {"full_name": OWN_NAME}), UNREAD),
        NO_DAY,
        asks(move),
        QUESTION,
        asks(move),
    ]
    outputs, _ = await rung(tmp_path / "w.db", replies, answers(3))
    moved = "Moved from Thursday 26 November at 9:00 to Tuesday 24 November at 9:00."
    assert outputs[2:] == [REFUSED, {"status": "ok", "starts_at": TUESDAY_9, "say": moved}, OK]


SPANISH = speaks("Tengo a las nueve o a las diez. ¿Cuál le viene mejor?")
IN_WORDS = speaks("¿Le viene bien el martes veinticuatro de noviembre a las nueve?")
IN_FIGURES = speaks("¿Le viene bien el martes 24 de noviembre a las 9?")


async def test_in_a_language_that_is_not_read_the_number_of_the_day_is_enough(tmp_path, autojump_clock):
    replies = [asks(UNREAD), SPANISH, asks(BOOK), IN_FIGURES, asks(BOOK)]
    outputs, booked = await rung(tmp_path / "w.db", replies, answers(3))
    assert (outputs, booked) == ([READ_BACK, REFUSED, MADE, OK], [TUESDAY_9])


async def test_in_a_language_that_is_not_read_the_answer_to_the_second_question_counts(
    tmp_path, autojump_clock
):
    replies = [asks(UNREAD), SPANISH, asks(BOOK), IN_WORDS, asks(BOOK), IN_WORDS, asks(BOOK)]
    outputs, booked = await rung(tmp_path / "w.db", replies, answers(4))
    assert (outputs, booked) == ([READ_BACK, REFUSED, REFUSED, MADE, OK], [TUESDAY_9])
