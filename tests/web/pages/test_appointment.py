"""One appointment: written in, moved, cancelled, and each taken back."""

import datetime as dt
import html
import re
from functools import partial

import pytest

from storage import appointments, booking, businesses, calls, leads, schedule, services
from storage.availability import Request
from storage.records import DayHours, ExceptionDay
from tests.web.pages.browser import NOW, add_business
from tests.web.pages.diary import HOUR, MONDAY_10, book, booked

ADA = {"full_name": "Ada Lovelace", "phone": "+1 415 555 0199", "notes": "Tooth hurts"}
MONDAY = {**ADA, "duration_min": "30", "date": "2026-11-23", "time": "10:00"}


def choices(page):
    """The free times that the page offers, as their buttons send them."""
    return re.findall(r'name="at" value="([^"]*)"', page.body)


def typed(page):
    """What the inputs of the page hold."""
    return {
        name: html.unescape(value)
        for name, value in re.findall(r'<input id="[^"]*" name="(\w+)" type="\w+" value="([^"]*)"', page.body)
    }


async def test_an_appointment_is_written_in_and_undo_takes_it_out_again(browser, database, business):
    answer = await browser.post("/appointments/new", **MONDAY)
    page = await browser.follow(answer)
    assert "Saved." in page.text
    assert "10:00\u201310:30 Ada Lovelace" in page.text
    assert await booked(database, business.id) == [("Mon 10:00", 30, "Ada Lovelace", "Tooth hurts")]
    await browser.undo(answer)
    assert await booked(database, business.id) == []


async def test_who_is_written_in_with_a_number_is_who_rings_from_it(browser, database, business):
    await browser.post("/appointments/new", **{**MONDAY, "phone": "415 555 0199"})
    lead = await database.read(lambda conn: leads.of_phone(conn, business.id, "+14155550199"))
    coming = await database.read(lambda conn: appointments.of_lead(conn, business.id, lead.id, NOW))
    assert [each.starts_at for each in coming] == [MONDAY_10]


async def test_a_service_gives_its_length_and_buffers(browser, database, business):
    offer = partial(
        services.add, business_id=business.id, name="Haircut", duration_min=60, buffer_after_min=15
    )
    service = await database.write(offer)
    page = await browser.get("/appointments/new?on=2026-11-23&time=10:00")
    assert ("Haircut" in page.text, "duration_min" in page.body) == (True, False)
    await browser.post("/appointments/new", **MONDAY, service=str(service.id))
    kept = await database.read(lambda conn: appointments.get(conn, business.id, 1))
    assert (kept.service_id, kept.ends_at, kept.busy_end) == (
        service.id,
        MONDAY_10 + HOUR,
        MONDAY_10 + 1.25 * HOUR,
    )


async def test_the_form_has_the_date_and_time_of_its_link(browser):
    page = await browser.get("/appointments/new?on=2026-11-24&time=14:30")
    assert typed(page) == {
        "full_name": "",
        "phone": "",
        "duration_min": "30",
        "date": "2026-11-24",
        "time": "14:30",
    }


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"full_name": "  "}, "Name: is empty"),
        ({"full_name": "x" * 201}, "Name: is 201 characters long"),
        ({"phone": "call me"}, "Telephone number: is not a telephone number; write it as +14155550100"),
        ({"duration_min": "long"}, "How long: is no whole number"),
        ({"duration_min": "0"}, "How long: must be between 1 and 1440 minutes"),
        ({"date": "soon"}, "Date: is no date; write it as 2026-12-24"),
        ({"date": "9999-12-31"}, "Date: is no date; write it as 2026-12-24"),
        ({"time": '"><b>'}, "is no time; write it as 09:00"),
        (
            {"date": "2027-03-28", "time": "02:30"},
            "Time: is left out on that date, when the clock changes; choose another time",
        ),
        ({"notes": "x" * 2_001}, "Notes: is 2001 characters long"),
    ],
)
async def test_what_makes_no_sense_is_said_and_stays_in_the_form(
    browser, database, business, change, problem
):
    form = {**MONDAY, **change}
    page = await browser.post("/appointments/new", anyway="1", **form)
    assert (page.status, problem in page.text) == (422, True)
    assert {**typed(page), "notes": form["notes"]} == form
    assert form["notes"] in page.body
    assert await booked(database, business.id) == []


async def test_a_service_that_is_gone_is_said(browser, database, business):
    await database.write(partial(services.add, business_id=business.id, name="Haircut", duration_min=60))
    page = await browser.post("/appointments/new", **MONDAY, service="9")
    assert (page.status, "Service: is not offered any more; choose another" in page.text) == (422, True)


@pytest.mark.parametrize(
    ("date", "time", "reason", "near"),
    [
        ("2026-11-22", "10:00", "We are closed on Sunday.", "20T12:00 23T09:30 23T10:00"),
        ("2026-11-23", "10:10", "We do not begin at that time.", "23T09:30 23T10:00 23T10:30"),
        ("2026-11-20", "10:30", "That is too soon, we need to know at least", "20T12:00 20T12:30 20T13:00"),
        ("2026-11-20", "09:00", "That time has passed already.", "20T12:00 23T09:00 23T09:30"),
        ("2028-11-20", "10:00", "That is too far ahead, we book at most 60 days ahead.", ""),
    ],
)
async def test_a_time_that_callers_could_not_have_is_refused_until_the_owner_insists(
    browser, database, business, date, time, reason, near
):
    form = {**MONDAY, "date": date, "time": time}
    page = await browser.post("/appointments/new", **form)
    assert (page.status, reason in page.text) == (422, True)
    assert choices(page) == [f"2026-11-{start}" for start in near.split()]
    assert typed(page) == {name: value for name, value in form.items() if name != "notes"}
    assert await booked(database, business.id) == []
    assert "Write it in anyway" in page.text
    assert (await browser.post("/appointments/new", anyway="1", **form)).status == 303
    kept = await database.read(lambda conn: appointments.get(conn, business.id, 1))
    assert f"{kept.starts_at + HOUR:%Y-%m-%d %H:%M}" == f"{date} {time}"


async def test_a_free_time_that_is_chosen_stands_in_place_of_what_was_typed(browser, database, business):
    answer = await browser.post("/appointments/new", **MONDAY, at="2026-11-24T14:30")
    assert answer.location.startswith(f"/b/{business.id}/appointments?on=2026-11-24")
    assert [when for when, *_ in await booked(database, business.id)] == ["Tue 14:30"]


@pytest.mark.parametrize("insists", [{}, {"anyway": "1"}])
async def test_a_time_that_is_taken_is_nobody_elses_whoever_insists(browser, database, business, insists):
    await book(database, business.id, name="Grace Hopper")
    page = await browser.post("/appointments/new", **{**MONDAY, "time": "10:30"}, **insists)
    assert "That time is taken, or is being offered to a caller right now." in page.text
    assert choices(page) == ["2026-11-23T09:30", "2026-11-23T11:00", "2026-11-23T11:30"]
    assert (page.status, "anyway" in page.text) == (422, False)
    assert await booked(database, business.id) == [("Mon 10:00", 60, "Grace Hopper", "")]


async def test_what_a_live_call_holds_is_taken_too(browser, database, business):
    def job(conn):
        calls.begin(conn, business.id, call_sid="CA9", caller=None, lead_id=None, started_at=NOW)
        request = Request(date=MONDAY_10.date(), duration_min=30, from_minute=600)
        booking.offer(conn, business.id, call_sid="CA9", request=request, now=NOW)

    await database.write(job)
    page = await browser.post("/appointments/new", **MONDAY, anyway="1")
    assert (page.status, choices(page)) == (422, ["2026-11-23T09:00", "2026-11-23T09:30", "2026-11-23T11:30"])


async def test_the_page_says_who_comes_when_for_what_and_how_it_was_made(browser, database, business):
    appointment_id = await book(database, business.id, notes="Tooth\nhurts", wants_sms=True)
    page = await browser.get(f"/appointments/{appointment_id}")
    assert "When Monday 23 November 2026, 10:00\u201311:00 Telephone +1 415-555-0199" in page.text
    assert ">\nTooth\nhurts</textarea>" in page.body
    assert "in a call Confirmation not heard by the caller Text message asked for by the caller" in page.text
    assert 'href="tel:+14155550199"' in page.body
    assert f'href="/b/{business.id}/calls/CA230900"' in page.body


async def test_where_the_clock_goes_back_the_page_says_which_times_it_means(browser, database, business):
    starts_at = dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)  # half an hour before it does
    await book_anyway(database, business, starts_at, minutes=45)
    for path in ("/appointments/1", "/appointments?on=2026-10-25"):
        assert "02:30 CEST\u201302:15 CET" in (await browser.get(path)).text


async def book_anyway(database, business, starts_at, *, minutes):
    def job(conn):
        lead = leads.write_in(conn, business.id, full_name="Ada Lovelace")
        asked = {"starts_at": starts_at, "request": Request(date=starts_at.date(), duration_min=minutes)}
        booking.book_for_owner(conn, business.id, lead_id=lead.id, override_rules=True, now=NOW, **asked)

    await database.write(job)


async def test_what_was_written_in_has_no_call(browser):
    await browser.post("/appointments/new", **{**MONDAY, "phone": ""})
    page = await browser.get("/appointments/1")
    assert "Telephone Not known" in page.text
    assert ("/calls/" in page.body, "Confirmation" in page.text, "tel:" in page.body) == (False, False, False)


async def test_an_appointment_is_moved_and_undo_moves_it_back(browser, database, business):
    appointment_id = await book(database, business.id)
    answer = await browser.post(f"/appointments/{appointment_id}/move", date="2026-11-24", time="10:30")
    assert "Tuesday 24 November 2026, 10:30\u201311:30" in (await browser.follow(answer)).text
    assert await booked(database, business.id) == [("Tue 10:30", 60, "Ada Lovelace", "")]
    await browser.undo(answer)
    assert await booked(database, business.id) == [("Mon 10:00", 60, "Ada Lovelace", "")]


async def test_its_own_time_is_free_for_what_is_moved(browser, database, business):
    appointment_id = await book(database, business.id)
    refused = await browser.post(f"/appointments/{appointment_id}/move", date="2026-11-23", time="10:10")
    assert choices(refused) == ["2026-11-23T09:30", "2026-11-23T10:30", "2026-11-23T11:00"]
    await browser.post(f"/appointments/{appointment_id}/move", at=choices(refused)[1])
    assert [when for when, *_ in await booked(database, business.id)] == ["Mon 10:30"]


async def test_a_move_to_where_nobody_is_is_refused_until_the_owner_insists(browser, database, business):
    appointment_id = await book(database, business.id)
    where = {"date": "2026-11-22", "time": "10:00"}
    page = await browser.post(f"/appointments/{appointment_id}/move", **where)
    assert (page.status, "We are closed on Sunday." in page.text) == (422, True)
    assert choices(page) == ["2026-11-20T12:00", "2026-11-23T09:30", "2026-11-23T10:30"]  # not where it is
    assert typed(page) == where
    await browser.post(f"/appointments/{appointment_id}/move", anyway="1", **where)
    assert [when for when, *_ in await booked(database, business.id)] == ["Sun 10:00"]


async def test_a_move_onto_another_is_refused_with_free_times(browser, database, business):
    appointment_id = await book(database, business.id)
    await book(database, business.id, MONDAY_10 + 2 * HOUR, name="Grace Hopper")
    page = await browser.post(
        f"/appointments/{appointment_id}/move", date="2026-11-23", time="12:00", anyway="1"
    )
    assert (page.status, "That time is taken" in page.text) == (422, True)
    assert "2026-11-23T11:00" in choices(page)
    await browser.post(f"/appointments/{appointment_id}/move", at="2026-11-23T11:00")
    assert [when for when, *_ in await booked(database, business.id)] == ["Mon 11:00", "Mon 12:00"]


IN_NEW_YORK = {"timezone": "America/New_York"}
TWICE = {"date": "2026-11-01", "time": "01:30"}  # New York's clock goes back at 2:00
FIRST = dt.datetime(2026, 11, 1, 5, 30, tzinfo=dt.UTC)


def ways(page):
    """How a time can be meant that the clock shows twice: each choice, marked if it is made."""
    form = page.body.partition('<select id="field-which"')[2].partition("</select>")[0]
    form = form.replace("\N{NO-BREAK SPACE}", " ")
    return re.findall(r'<option value="(\d?)"( selected)?>(.*?)</option>', form)


@pytest.mark.parametrize(
    ("which", "starts_at", "stands"),
    [("0", FIRST, "01:30 EDT\u201301:00 EST"), ("1", FIRST + HOUR, "01:30 EST\u201302:00 EST")],
)
async def test_of_a_time_that_the_clock_shows_twice_the_owner_is_asked_which_one(
    browser, database, business, which, starts_at, stands
):
    await database.write(partial(businesses.change, business_id=business.id, **IN_NEW_YORK))
    await book_anyway(database, business, dt.datetime(2026, 11, 2, 15, tzinfo=dt.UTC), minutes=30)

    page = await browser.post("/appointments/1/move", **TWICE, anyway="1")
    assert (page.status, "Which time: the clock shows it twice that day; choose one" in page.text) == (
        422,
        True,
    )
    before, after = "01:30 EDT, before the clock goes back", "01:30 EST, after it has gone back"
    assert ways(page) == [("", " selected", "Choose one"), ("0", "", before), ("1", "", after)]
    assert typed(page) == TWICE

    answer = await browser.post("/appointments/1/move", **TWICE, which=which, anyway="1")
    known = await database.read(lambda conn: appointments.get(conn, business.id, 1))
    assert known.starts_at == starts_at
    page = await browser.follow(answer)
    assert f"Sunday 1 November 2026, {stands}" in page.text
    assert [chosen for chosen, selected, _ in ways(page) if selected] == [which]


async def test_an_appointment_is_written_in_at_the_second_of_two_such_times(browser, database, business):
    await database.write(partial(businesses.change, business_id=business.id, **IN_NEW_YORK))
    form = {**MONDAY, **TWICE, "anyway": "1"}
    assert [way for way, *_ in ways(await browser.post("/appointments/new", **form))] == ["", "0", "1"]
    await browser.post("/appointments/new", **form, which="1")
    known = await database.read(lambda conn: appointments.get(conn, business.id, 1))
    assert known.starts_at == FIRST + HOUR


async def test_free_times_that_are_offered_there_say_which_they_are_and_are_meant_so(
    browser, database, business
):
    def at_night(conn):
        businesses.change(conn, business.id, **IN_NEW_YORK)
        whole_day = (DayHours(opens_minute=0, closes_minute=1440),)
        day = ExceptionDay(date=dt.date(2027, 11, 7), hours=whole_day)
        schedule.set_exception(conn, business.id, day)
        businesses.change(conn, business.id, days_ahead=400)

    await database.write(at_night)
    await book_anyway(database, business, dt.datetime(2027, 11, 8, 15, tzinfo=dt.UTC), minutes=30)
    refused = await browser.post("/appointments/1/move", date="2027-11-07", time="01:40", which="1")
    assert "Sun 7 Nov 01:30 EDT" in refused.text
    await browser.post("/appointments/1/move", at="2027-11-07T01:30", which="1")
    known = await database.read(lambda conn: appointments.get(conn, business.id, 1))
    assert known.starts_at == dt.datetime(2027, 11, 7, 5, 30, tzinfo=dt.UTC)


async def test_a_time_that_comes_once_is_not_asked_about(browser, database, business):
    await book(database, business.id)
    assert ways(await browser.get("/appointments/1")) == []
    await browser.post("/appointments/1/move", date="2026-11-24", time="10:30", which="1")
    assert [when for when, *_ in await booked(database, business.id)] == ["Tue 10:30"]


async def test_a_move_to_no_date_is_said_beside_it(browser, database, business):
    appointment_id = await book(database, business.id)
    page = await browser.post(f"/appointments/{appointment_id}/move", date="soon", time="10:30")
    assert (page.status, "Date: is no date" in page.text) == (422, True)
    assert typed(page) == {"date": "soon", "time": "10:30"}


async def test_a_cancelled_appointment_says_so_and_undo_brings_it_back(browser, database, business):
    appointment_id = await book(database, business.id)
    answer = await browser.post(f"/appointments/{appointment_id}/cancel")
    page = await browser.follow(answer)
    assert "Cancelled. Others can have this time." in page.text
    assert "/move" not in page.body
    page = await browser.undo(answer)
    assert ("Cancelled." in page.text, "/move" in page.body) == (False, True)
    assert await booked(database, business.id) == [("Mon 10:00", 60, "Ada Lovelace", "")]


async def test_a_time_that_somebody_else_has_meanwhile_cannot_be_taken_back(browser, database, business):
    appointment_id = await book(database, business.id)
    answer = await browser.post(f"/appointments/{appointment_id}/cancel")
    await book(database, business.id, name="Grace Hopper", caller="+14155550198")
    assert "something else has come in its place" in (await browser.undo(answer)).text
    assert await booked(database, business.id) == [("Mon 10:00", 60, "Grace Hopper", "")]


async def cancel_in_a_call(database, business):
    def job(conn):
        lead = leads.of_phone(conn, business.id, "+14155550199")
        (coming,) = appointments.of_lead(conn, business.id, lead.id, NOW)
        booking.cancel(conn, business.id, lead_id=lead.id, starts_at=coming.starts_at)

    await database.write(job)


@pytest.mark.parametrize(
    ("act", "form"),
    [("new", {**MONDAY, "time": "10:00"}), ("1/move", {"date": "2026-11-24", "time": "10:30"})],
)
async def test_what_a_caller_cancelled_since_stays_cancelled_and_the_button_goes(
    browser, database, business, act, form
):
    if act != "new":
        await book(database, business.id)
    answer = await browser.post(f"/appointments/{act}", **form)
    pressed = re.search(r'action="/b/1(/undo/\d+)"', (await browser.follow(answer)).body)[1]
    await cancel_in_a_call(database, business)
    page = await browser.follow(answer)
    assert ("Saved." in page.text, "/undo/" in page.body) == (True, False)
    page = await browser.follow(await browser.post(pressed, back="/b/1/appointments"))
    assert "something else has come in its place" in page.text
    assert await booked(database, business.id) == []


async def test_undo_of_a_note_touches_the_note_alone(browser, database, business):
    await book(database, business.id, notes="Tooth hurts")
    answer = await browser.post("/appointments/1/notes", notes="Brings the card")
    await cancel_in_a_call(database, business)
    page = await browser.undo(answer)
    assert ("Taken back." in page.text, "Cancelled." in page.text) == (True, True)
    known = await database.read(lambda conn: appointments.get(conn, business.id, 1))
    assert (known.notes, known.status) == ("Tooth hurts", "cancelled")


async def test_notes_are_kept_and_undo_brings_the_old_ones_back(browser, database, business):
    appointment_id = await book(database, business.id, notes="Tooth hurts")
    answer = await browser.post(f"/appointments/{appointment_id}/notes", notes="Brings\nthe card\n")
    assert await booked(database, business.id) == [("Mon 10:00", 60, "Ada Lovelace", "Brings\nthe card")]
    await browser.undo(answer)
    assert await booked(database, business.id) == [("Mon 10:00", 60, "Ada Lovelace", "Tooth hurts")]


async def test_notes_that_are_too_long_stay_in_the_form(browser, database, business):
    appointment_id = await book(database, business.id, notes="Tooth hurts")
    page = await browser.post(f"/appointments/{appointment_id}/notes", notes="x" * 2_001)
    assert (page.status, "Notes: is 2001 characters long" in page.text) == (422, True)
    assert "x" * 2_001 in page.body
    assert await booked(database, business.id) == [("Mon 10:00", 60, "Ada Lovelace", "Tooth hurts")]


async def test_an_appointment_stands_under_the_name_that_was_typed(browser, database, business):
    await book(database, business.id)
    grace = {**MONDAY, "full_name": " Grace Hopper ", "time": "12:00"}
    answer = await browser.post("/appointments/new", **grace)
    assert "12:00\u201312:30 Grace Hopper" in (await browser.follow(answer)).text
    lead = await database.read(lambda conn: leads.of_phone(conn, business.id, "+14155550199"))
    assert lead.full_name == "Ada Lovelace"


@pytest.mark.parametrize("act", ["cancel", "move"])
async def test_what_was_cancelled_meanwhile_is_said(browser, database, business, act):
    appointment_id = await book(database, business.id)
    await browser.post(f"/appointments/{appointment_id}/cancel")
    answer = await browser.post(f"/appointments/{appointment_id}/{act}", date="2026-11-24", time="10:30")
    assert "That was done already." in (await browser.follow(answer)).text


async def test_another_businesss_appointment_is_not_there(browser, database):
    other_id = await add_business(database)
    theirs = await book(database, other_id)
    path = f"/appointments/{theirs}"
    answers = [
        await browser.get(path),
        await browser.post(f"{path}/move", date="2026-11-24", time="10:30"),
        await browser.post(f"{path}/notes", notes="Mallory"),
        await browser.post(f"{path}/cancel"),
    ]
    assert [answer.status for answer in answers] == [404, 404, 404, 404]
    assert await booked(database, other_id) == [("Mon 10:00", 60, "Ada Lovelace", "")]


async def test_hostile_words_stay_words(browser, database, business):
    appointment_id = await book(
        database, business.id, name='"><script>alert(1)</script>', notes="<img src=x>"
    )
    for path in (f"/appointments/{appointment_id}", "/appointments?on=2026-11-23"):
        page = await browser.get(path)
        assert ("<script" in page.body, "<img" in page.body) == (False, False)
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.body
