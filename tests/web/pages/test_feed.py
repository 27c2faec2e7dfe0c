"""The calendar link: made, replaced and stopped, and what a calendar program reads by it."""

import datetime as dt
import re
from functools import partial
from urllib.parse import urlsplit

import pytest
from icalendar import Calendar

from storage import appointments, booking, businesses, feeds, leads, services
from storage.availability import Request
from tests.office.support import PUBLIC_URL, public
from tests.web.pages.browser import NOW, add_business, client_of, sign_in
from tests.web.pages.diary import HOUR, MONDAY_10, book

DAY = 24 * HOUR


def link(page):
    """The calendar link that a page shows."""
    found = re.search(r'id="feed-url" value="([^"]*)"', page.body)
    return found and found[1]


async def fetch(database, path, *, now=NOW):
    """What a calendar program gets there."""
    return await client_of(database, now=lambda: now).get(path)


async def events(database, token, *, now=NOW):
    """The events behind that link."""
    response = await fetch(database, f"/feeds/{token}.ics", now=now)
    assert response.status_code == 200
    return Calendar.from_ical(await response.get_data()).events


async def test_a_link_is_made_shown_replaced_and_stopped(browser, database):
    page = await browser.get("/appointments")
    assert (link(page), "With a secret link" in page.text) == (None, True)
    answer = await browser.post("/feed/renew", back="/appointments")
    assert answer.location.endswith("/appointments?done=feed_made#calendar-link")
    first = link(await browser.follow(answer))
    second = link(await browser.follow(await browser.post("/feed/renew", back="/appointments")))
    answers = [await fetch(database, urlsplit(url).path) for url in (first, second)]
    assert [answer.status_code for answer in answers] == [404, 200]
    page = await browser.follow(await browser.post("/feed/stop", back="/appointments"))
    assert "The link leads nowhere any more." in page.text
    assert link(page) is None
    assert (await fetch(database, urlsplit(second).path)).status_code == 404


@pytest.mark.parametrize(("back", "to"), [("/settings", "/settings"), ("//evil.example", "/settings")])
async def test_it_goes_back_to_pages_of_ours_only(browser, business, back, to):
    answer = await browser.post("/feed/renew", back=back)
    assert answer.location == f"/b/{business.id}{to}?done=feed_made#calendar-link"


async def test_the_link_begins_with_the_public_address(database, business):
    token = await database.write(lambda conn: feeds.renew(conn, business.id))
    client = client_of(database, configured=public())
    signed_in = await sign_in(database, client, business.id)
    headers = {"Cookie": f"__Host-frontdesk={signed_in._token}"}
    page = await client.get(f"/b/{business.id}/appointments", headers=headers)
    assert f'value="{PUBLIC_URL}/feeds/{token}.ics"' in await page.get_data(as_text=True)


async def test_a_program_gets_a_calendar_that_nothing_keeps(database, business):
    token = await database.write(lambda conn: feeds.renew(conn, business.id))
    await book(database, business.id)
    response = await fetch(database, f"/feeds/{token}.ics")
    headers = {name: response.headers.get(name) for name in ("Content-Type", "Cache-Control", "Set-Cookie")}
    assert headers == {
        "Content-Type": "text/calendar; charset=utf-8",
        "Cache-Control": "no-store",
        "Set-Cookie": None,
    }
    body = await response.get_data()
    assert body.startswith(b"BEGIN:VCALENDAR\r\n")
    assert body.count(b"BEGIN:VTIMEZONE\r\n") == 1


@pytest.mark.parametrize("token", ["x", "x" * 43, "%00", "..%2f"])
async def test_a_link_that_nobody_made_leads_nowhere(database, business, token):
    assert (await fetch(database, f"/feeds/{token}.ics")).status_code == 404


async def test_an_event_is_the_appointment_on_the_businesss_clock(database, business):
    token = await database.write(lambda conn: feeds.renew(conn, business.id))
    service = await database.write(
        partial(services.add, business_id=business.id, name="Haircut", duration_min=60)
    )
    await book(database, business.id, service_id=service.id, notes="Short; not too short,\nplease")
    (event,) = await events(database, token)
    assert event["summary"] == "Ada Lovelace - Haircut"
    assert event["description"] == "+1 415-555-0199\nShort; not too short,\nplease"
    assert (event.start, event.end) == (MONDAY_10, MONDAY_10 + HOUR)
    assert event.start.tzinfo.key == "Europe/Berlin"
    assert (event["status"], event["uid"].endswith("-1-14155550100@frontdesk")) == ("CONFIRMED", True)


async def test_it_is_the_same_event_wherever_it_is_moved_and_never_looks_older(database, business):
    token = await database.write(lambda conn: feeds.renew(conn, business.id))
    appointment_id = await book(database, business.id)
    made_then = "UPDATE appointments SET created_at = '2026-11-20T09:00:00Z'"
    await database.write(lambda conn: conn.execute(made_then))
    (before,) = await events(database, token, now=NOW + DAY)
    await database.write(
        partial(
            booking.move_for_owner,
            business_id=business.id,
            appointment_id=appointment_id,
            to=MONDAY_10 + HOUR,
            now=NOW,
        )
    )
    (after,) = await events(database, token, now=NOW + 2 * DAY)
    assert after["uid"] == before["uid"]
    assert [(event["sequence"], event.stamp) for event in (before, after)] == [
        (1_440, NOW + DAY),
        (2_880, NOW + 2 * DAY),
    ]
    assert after.start == MONDAY_10 + HOUR


async def test_what_is_cancelled_or_far_away_is_not_in_it(database, business):
    token = await database.write(lambda conn: feeds.renew(conn, business.id))
    cancelled = await book(database, business.id)
    await database.write(lambda conn: appointments.cancel(conn, business.id, cancelled))
    await book(database, business.id, MONDAY_10 + DAY, caller="+14155550198")
    assert [event.start for event in await events(database, token)] == [MONDAY_10 + DAY]
    for now, shown in ((30, 1), (33, 0), (-364, 1), (-366, 0)):
        assert len(await events(database, token, now=MONDAY_10 + now * DAY)) == shown, now


async def test_a_link_shows_one_business_only(database, business):
    other_id = await add_business(database)
    await book(database, other_id, name="Theirs")
    token = await database.write(lambda conn: feeds.renew(conn, business.id))
    assert await events(database, token) == []


async def test_whoever_withholds_name_and_number_is_called_so(database, business):
    token = await database.write(lambda conn: feeds.renew(conn, business.id))
    await book(database, business.id, name=None, caller=None)
    assert [event["summary"] for event in await events(database, token)] == ["Number withheld"]


async def test_words_add_no_lines_to_the_file(database, business):
    token = await database.write(lambda conn: feeds.renew(conn, business.id))
    await database.write(partial(businesses.change, business_id=business.id, language="fr", name="A;B\\n,C"))
    notes = "x\r\nATTENDEE:mailto:x@example.com\rEND:VEVENT\u2028\x07\u202e" + "y" * 1_000
    await book(database, business.id, name="Ada, BEGIN:VALARM", notes=notes)
    (event,) = await events(database, token)
    assert event["summary"] == "Ada, BEGIN:VALARM"
    assert event["description"].splitlines()[1:] == [
        "x",
        "ATTENDEE:mailto:x@example.comEND:VEVENT" + "y" * 1_000,
    ]
    assert (event.get("attendee"), list(event.walk())) == (None, [event])


AUTUMN = dt.datetime(2026, 10, 25, tzinfo=dt.UTC)  # at 1:00 UTC Berlin's clock goes back from 3:00 to 2:00


@pytest.mark.parametrize("minutes", [30, 60])
@pytest.mark.parametrize("starts_at", [AUTUMN + 0.25 * HOUR, AUTUMN + 0.75 * HOUR, AUTUMN + 1.25 * HOUR])
async def test_an_event_of_the_hour_that_the_clock_shows_twice_is_where_it_is_and_as_long(
    database, business, starts_at, minutes
):
    token = await database.write(lambda conn: feeds.renew(conn, business.id))
    now, request = AUTUMN - DAY, Request(date=starts_at.date(), duration_min=minutes)
    written = {"starts_at": starts_at, "request": request, "override_rules": True, "now": now}

    def write_in(conn):
        lead = leads.write_in(conn, business.id, full_name="Ada Lovelace")
        return booking.book_for_owner(conn, business.id, lead_id=lead.id, **written)

    await database.write(write_in)
    (event,) = await events(database, token, now=now)
    lasts = event["DURATION"].dt if "DURATION" in event else instant(event.end) - instant(event.start)
    assert (instant(event.start), lasts) == (starts_at, minutes / 60 * HOUR)


def instant(time):
    """Of a time in the file: of two that its clock shows alike it is the first (RFC 5545, 3.3.5)."""
    return time.replace(fold=0).astimezone(dt.UTC)


async def test_what_callers_may_book_is_in_it_however_far_ahead(database, business):
    await database.write(lambda conn: businesses.change(conn, business.id, days_ahead=730))
    token = await database.write(lambda conn: feeds.renew(conn, business.id))
    await book(database, business.id, MONDAY_10 + 102 * 7 * DAY)
    assert len(await events(database, token)) == 1
