"""One call: read, checked, removed, brought back."""

import datetime as dt
import re

import pytest

from storage import appointments, calls, facts, messages
from storage.records import Flag, Person
from tests.web.pages.browser import NOW, add_business
from tests.web.pages.diary import book
from tests.web.pages.ringing import LIVE, ring

HOSTILE = "<b>\u202e" + "x" * 2_000
GREETING = [
    (180, "first_audio", {"turn": 1}),
    (2_180, "bot_said", {"text": "Hello.", "unheard": "", "heard_ms": 2_000, "audio_ms": 2_000}),
]


def utterance(ends_ms, text):
    """Two seconds of the caller, known by their words at once."""
    ended = {"onset_ms": ends_ms - 2_000, "speech_ms": 2_000, "silence_ms": 500, "capped": False}
    return [
        (ends_ms + 500, "utterance_ended", {**ended, "doubtful": False}),
        (ends_ms + 510, "user_said", {"text": text}),
    ]


def cut_answer(at_ms, heard, unheard):
    """An answer that the caller cuts after a second."""
    lengths = {"heard_ms": 1_000, "audio_ms": 4_000}
    return [
        (at_ms, "first_audio", {"turn": 2}),
        (at_ms + 1_000, "barge_in", {"speech_ms": 500, **lengths}),
        (at_ms + 1_000, "bot_said", {"text": heard, "unheard": unheard, **lengths}),
    ]


def tool(at_ms, name, status, **more):
    fields = {"name": name, "call_id": f"c{at_ms}"}
    return [
        (at_ms, "tool_called", fields),
        (at_ms + 400, "tool_answered", {**fields, "status": status, "took_ms": 400, **more}),
    ]


async def told(browser, database, business, *events):
    """The page of a call with these events."""
    await ring(database, business.id, events=[event for each in events for event in each])
    return await browser.get("/calls/CA1")


async def flagged(browser, database, business, **flag):
    """What the page says is wrong with a call that has this flag."""
    await ring(database, business.id, flags=[Flag(**flag)])
    return (
        (await browser.get("/calls/CA1")).text.partition("Check this call")[2].partition("Ended")[0].strip()
    )


async def test_the_heading_says_who_and_when_and_the_facts_how_to_reach_them(browser, database, business):
    await ring(
        database,
        business.id,
        full_name="Ada Lovelace",
        callback_phone="+14155550155",
        email="ada@example.com",
        notes="Mornings.",
    )
    page = await browser.get("/calls/CA1")
    assert "Ada Lovelace Friday 20 November 2026, 09:59" in page.text
    assert "Ended with a goodbye Duration 1 min 5 s Rang from +1 415-555-0199" in page.text
    assert "Ring back at +1 415-555-0155 E-mail ada@example.com Notes Mornings. Call back" in page.text
    assert 'href="tel:+14155550155"' in page.body
    assert 'href="mailto:ada@example.com"' in page.body


async def test_nobody_can_be_rung_back_who_hid_their_number_and_left_none(browser, database, business):
    await ring(database, business.id, caller=None)
    page = await browser.get("/calls/CA1")
    assert "Rang from Number withheld" in page.text
    assert "tel:" not in page.body


async def test_it_is_told_in_order_who_said_what_and_what_was_done(browser, database, business):
    page = await told(
        browser,
        database,
        business,
        GREETING,
        utterance(5_000, "A check-up, please."),
        tool(5_600, "find_available_slots", "ok", said="Monday at 9:00 is free."),
        tool(6_200, "no_such_tool", "refused", why="repeat"),
        [(20_000, "hang_up", {"outcome": "completed", "detail": "said goodbye", "lead_captured": True})],
    )
    said = page.text.partition("What was said")[2].partition("For developers")[0].strip()
    assert said == (
        "Receptionist 0:00 Hello. Caller 0:03 A check-up, please."
        " 0:05 Looking for free times: done, 0.4 s . Result: Monday at 9:00 is free."
        " 0:06 no_such_tool : refused (not asked again), 0.4 s . 0:20 Ended with a goodbye."
    )


async def test_what_was_not_heard_is_struck_through_also_for_who_cannot_see_it(browser, database, business):
    page = await told(browser, database, business, cut_answer(3_000, "We are open", "from nine to five."))
    read_out = '<bdi><span class="unseen">Not heard:</span></bdi>'
    assert f'<bdi dir="auto">We are open <del>{read_out} from nine to five.</del></bdi>' in page.body
    assert "from nine to five. The caller cut in." in page.text


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        ("silence_warning", {"number": 1}, "Nothing was heard for a while"),
        ("keypad", {"keys": 1}, "1 key was pressed. Which one is not kept."),
        ("keypad", {"keys": 3}, "3 keys were pressed. Which ones is not kept."),
        ("response_failed", {"code": "c", "failures": 1}, "The voice gave no answer."),
        ("response_incomplete", {"status": "s", "reason": "r"}, "The voice broke off its answer."),
        ("noisy_line", {"floor": 250, "false_stops": 0}, "The caller's line was noisy"),
        ("audio_dropped", {"frames": 75}, "1.5 s of the caller were lost"),
        ("call_started", {}, "The caller is back from being put through"),
        ("hang_up", {"outcome": "carrier_lost", "detail": ""}, "The line broke."),
    ],
)
async def test_what_else_happened_is_told_in_words(browser, database, business, kind, fields, words):
    page = await told(browser, database, business, [(0, "call_started", {}), (65_000, kind, fields)])
    assert f"1:05 {words}" in page.text


async def test_a_line_that_broke_and_its_caller_who_came_back_are_told(browser, database, business):
    broke = (5_000, "hang_up", {"outcome": "carrier_lost", "detail": ""})
    page = await told(
        browser, database, business, [(0, "call_started", {}), broke, (7_000, "call_started", {})]
    )
    assert "0:05 The line broke. 0:07 The caller was reconnected." in page.text


async def test_it_says_how_soon_the_receptionist_answered(browser, database, business):
    events = [
        event
        for ends_ms, took_ms in ((5_000, 900), (15_000, 700), (25_000, 2_345))
        for event in (*utterance(ends_ms, "Yes."), (ends_ms + took_ms, "first_audio", {"turn": 2}))
    ]
    page = await told(browser, database, business, events)
    said = page.text.partition("How soon it answered")[2].partition("For developers")[0].strip()
    assert said.startswith("Mostly 0.9 s At worst 2.3 s , at 0:25 Every answer")
    assert said.endswith("Caller ends Answer after 0:05 0.9 s 0:15 0.7 s 0:25 2.3 s")


USED = {
    "model": "gpt-realtime-2.1",
    "transcription_model": "gpt-live-transcribe",
    "responses": 4,
    "audio_in": 1_200,
    "audio_cached": 200,
    "text_in": 9_000,
    "text_cached": 8_000,
    "audio_out": 1_500,
    "text_out": 300,
    "transcribed_ms": 12_000,
}


async def used(browser, database, business, **changes):
    events = [(20_000, "model_used", {**USED, **changes})]
    page = await told(browser, database, business, GREETING, events)
    return page.text.partition("What the voice cost")[2].partition("For developers")[0].strip()


async def test_it_says_what_the_voice_has_cost_and_by_which_prices(browser, database, business):
    assert await used(browser, database, business) == (
        "Cost $0.146 , by the prices of Friday 20 November 2026"
        " Models gpt-realtime-2.1, gpt-live-transcribe Caller written down 12.0 s Tokens"
        " What the model heard and read for each answer counts anew, cached at a lower price"
        " In Of these cached Out Sound 1,200 200 1,500 Text 9,000 8,000 300"
    )


async def test_what_has_no_price_is_told_in_tokens_alone(browser, database, business):
    said = await used(browser, database, business, model="my-deployment", unsorted=7)
    assert said.startswith("Cost Not known: not all of it has a price here. Models my-deployment,")
    assert said.endswith("Sound 1,200 200 1,500 Text 9,000 8,000 300 Not told apart 7 0")


async def test_what_was_used_for_answers_that_were_given_up_is_told_apart(browser, database, business):
    said = await used(browser, database, business, given_up_in=700, given_up_out=60)
    assert said.endswith("8,000 300 Of these for answers given up, because the caller went on 700 60")


async def test_a_call_of_which_nothing_is_known_has_no_bill(browser, database, business):
    page = await told(browser, database, business, GREETING)
    assert "What the voice cost" not in page.text


async def test_without_an_answer_there_is_nothing_to_measure(browser, database, business):
    page = await told(browser, database, business, GREETING)
    assert "Who spoke when" in page.text
    assert "How soon" not in page.text


async def test_what_the_caller_was_told_wrongly_stands_beside_what_is_so(browser, database, business):
    done = "2026-11-24 10:00 booked; 2026-11-25 11:30 cancelled"
    assert await flagged(
        browser, database, business, kind="said_not_done", said="You're booked.", done=done
    ) == (
        "The caller was told what is not so. They heard: You're booked. But their appointments, when the"
        " call ended: Tue 24 Nov 10:00 (booked), Wed 25 Nov 11:30 (cancelled)."
    )


async def test_a_caller_who_was_told_of_a_booking_may_have_none(browser, database, business):
    wrong = await flagged(browser, database, business, kind="said_not_done", said="You're booked.", done="")
    assert wrong.endswith("But they had no appointment when the call ended.")


async def test_a_booking_that_the_caller_did_not_hear_of_is_named_by_the_business_s_clock(
    browser, database, business
):
    wrong = await flagged(
        browser, database, business, kind="confirmation_not_heard", said="", done="2026-11-24T09:00:00Z"
    )
    assert wrong.endswith("It is booked: Tue 24 Nov 10:00 . Ring them, so that they come.")


async def test_what_came_of_the_call_is_linked(browser, database, business):
    booked = await book(database, business.id, notes="check-up")
    (made,) = await database.read(
        lambda conn: appointments.between(conn, business.id, NOW, NOW + dt.timedelta(days=9))
    )

    def job(conn):
        left = {"lead_id": made.lead_id, "call_sid": made.call_sid, "text": "Ring me."}
        return messages.take(conn, business.id, **left).id

    message_id = await database.write(job)
    page = await browser.get(f"/calls/{made.call_sid}")
    assert "Mon 23 Nov 10:00–11:00 booked Made on this call · check-up" in page.text  # noqa: RUF001
    assert f"/appointments/{booked}" in page.body
    assert "Message waits for you Ring me." in page.text
    assert f"/messages#message-{message_id}" in page.body


async def test_what_became_of_an_earlier_appointment_is_told(browser, database, business):
    was = "2026-11-24T09:00:00Z"
    page = await told(
        browser,
        database,
        business,
        [
            (0, "appointment_moved", {"appointment_id": 4, "starts_at": was, "to": "2026-11-25T09:30:00Z"}),
            (0, "appointment_cancelled", {"appointment_id": 5, "starts_at": was}),
        ],
    )
    assert "Moved from Tue 24 Nov 10:00 to Wed 25 Nov 10:30 Cancelled: Tue 24 Nov 10:00" in page.text
    assert re.findall(r"/appointments/(\d+)", page.body) == ["4", "5"]


async def test_whom_the_caller_was_put_through_to_is_named(browser, database, business):
    await ring(database, business.id, outcome="transferred")

    def job(conn):
        calls.set_transfer(conn, business.id, "CA1", "+14155550111")
        facts.set_people(conn, business.id, [Person(name="Dr. Katz", phone="+14155550111")])

    await database.write(job)
    assert "Put through to Dr. Katz +1 415-555-0111" in (await browser.get("/calls/CA1")).text


@pytest.mark.parametrize(
    ("outcome", "dial_status", "ended", "asked"),
    [
        ("transferred", "completed", "Put through", "Put through to"),
        ("transferred", "no-answer", "Nobody answered", "Asked for"),
        ("transferred", "busy", "The person was on the phone", "Asked for"),
        ("transferred", "failed", "Couldn't be put through", "Asked for"),
        ("transferred", "canceled", "The caller hung up before anybody answered", "Asked for"),
        ("caller_hung_up", "canceled", "The caller hung up before anybody answered", "Asked for"),
        ("completed", "no-answer", "Nobody answered · Ended with a goodbye", "Asked for"),
        ("caller_hung_up", None, "The caller hung up", "Asked for"),  # before they could be put through
    ],
)
async def test_a_transfer_that_nobody_took_is_seen_on_the_call_and_in_the_list(
    browser, database, business, outcome, dial_status, ended, asked
):
    transfer = {"transfer_to": "+14155550111", "dial_status": dial_status}
    await ring(database, business.id, outcome=outcome, **transfer)
    page = await browser.get("/calls/CA1")
    assert f"Ended {ended} Duration 1 min 5 s {asked} +1 415-555-0111 " in page.text
    assert f" {ended} · 1 min 5 s" in (await browser.get("/calls")).text


async def test_a_live_call_says_that_it_is_and_cannot_be_removed(browser, database, business):
    await ring(database, business.id, outcome=LIVE)
    page = await browser.get("/calls/CA1")
    assert "This call is live. What is said stands here once it has ended." in page.text
    assert "Remove this call" not in page.text
    answer = await browser.post("/calls/CA1/remove")
    assert "Nothing was changed." in (await browser.follow(answer)).text


async def test_a_call_whose_account_was_lost_says_so(browser, database, business):
    await ring(database, business.id, outcome="interrupted")
    page = await browser.get("/calls/CA1")
    assert "What was said on this call is not known: the server went down" in page.text


async def test_a_removed_call_leaves_the_list_and_undo_puts_it_back(browser, database, business):
    await ring(database, business.id)
    answer = await browser.post("/calls/CA1/remove")
    page = await browser.follow(answer)
    assert ("Saved." in page.text, "/calls/CA1" in page.body) == (True, False)
    page = await browser.undo(answer)
    assert ("Taken back." in page.text, "/calls/CA1" in page.body) == (True, True)


async def test_a_removed_call_says_so_and_can_be_brought_back_and_removed_again(browser, database, business):
    await ring(database, business.id)
    await browser.post("/calls/CA1/remove")
    page = await browser.get("/calls/CA1")
    assert "You have removed this call." in page.text
    assert "Remove this call" not in page.text
    answer = await browser.post("/calls/CA1/restore")
    page = await browser.follow(answer)
    assert ("Saved." in page.text, "You have removed this call." in page.text) == (True, False)
    assert "You have removed this call." in (await browser.undo(answer)).text


@pytest.mark.parametrize("path", ["/calls/CA9", "/calls/CA9/remove", "/calls/CA9/restore"])
async def test_another_business_s_call_is_not_there(browser, database, business, path):
    other = await add_business(database)
    await ring(database, other, "CA9")
    before = await database.read(lambda conn: calls.get(conn, other, "CA9"))
    answer = await (browser.get(path) if path == "/calls/CA9" else browser.post(path))
    assert answer.status == 404
    assert await database.read(lambda conn: calls.get(conn, other, "CA9")) == before


async def test_whatever_is_said_stays_inside_its_sentence(browser, database, business):
    page = await told(
        browser,
        database,
        business,
        utterance(3_000, HOSTILE),
        cut_answer(4_000, HOSTILE, HOSTILE),
        tool(6_000, HOSTILE, "ok", said=HOSTILE),
    )
    assert "&lt;b&gt;x" in page.body
    assert [sign for sign in ("<b>", "\u202e") if sign in page.body] == []
