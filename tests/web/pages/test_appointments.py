"""The calendar: weeks and days, with the hours beside what is booked."""

import datetime as dt
import re
from functools import partial

import pytest

from storage import appointments, businesses, schedule
from storage.records import DayHours, ExceptionDay
from tests.web.pages.browser import add_business, client_of, sign_in
from tests.web.pages.diary import HOUR, MONDAY_10, book


def days(page):
    """The days of a page, each with what it says."""
    sections = re.findall(r'id="day-([\d-]+)">(.*?)</section>', page.body, flags=re.DOTALL)
    return {date: " ".join(re.sub(r"<[^>]+>", " ", body).split()) for date, body in sections}


async def test_the_week_shows_each_day_with_its_hours_and_what_is_booked(browser, database, business):
    await book(database, business.id, notes="Tooth hurts")
    page = await browser.get("/appointments?on=2026-11-25")
    assert "Mon 23 Nov to Sun 29 Nov 2026" in page.text
    nothing = "09:00\u201317:00 Nothing booked."
    ada = "10:00\u201311:00 Ada Lovelace confirmation not heard Tooth hurts"
    assert days(page) == {
        "2026-11-23": f"Mon 23 Nov 09:00\u201317:00 {ada}",
        "2026-11-24": f"Tue 24 Nov {nothing}",
        "2026-11-25": f"Wed 25 Nov {nothing}",
        "2026-11-26": f"Thu 26 Nov {nothing}",
        "2026-11-27": f"Fri 27 Nov {nothing}",
        "2026-11-28": "Sat 28 Nov Closed",
        "2026-11-29": "Sun 29 Nov Closed",
    }


async def test_without_a_date_it_is_this_week_and_today_is_named(browser):
    page = await browser.get("/appointments")
    assert "Today" in days(page)["2026-11-20"]
    assert "/appointments/new?on=2026-11-20" in page.body


async def test_the_week_begins_where_the_owners_language_has_it_begin(database, business):
    hebrew = await sign_in(database, client_of(database), business.id, language="he")
    assert next(iter(days(await hebrew.get("/appointments?on=2026-11-25")))) == "2026-11-22"


@pytest.mark.parametrize(
    ("view", "before", "after"),
    [("week", "2026-11-13", "2026-11-27"), ("day", "2026-11-19", "2026-11-21")],
)
async def test_the_links_lead_to_what_is_before_and_after(browser, view, before, after):
    page = await browser.get(f"/appointments?on=2026-11-20&view={view}")
    links = re.findall(r"on=([\d-]+)&amp;view=(\w+)\">(Earlier|Later)<", page.body)
    assert [(dt.date.fromisoformat(on), as_, name) for on, as_, name in links] == [
        (_shown(before, view), view, "Earlier"),
        (_shown(after, view), view, "Later"),
    ]


def _shown(date, view):
    day = dt.date.fromisoformat(date)
    return day if view == "day" else day - dt.timedelta(days=day.weekday())


async def test_a_day_alone_shows_no_other(browser, database, business):
    await book(database, business.id)
    page = await browser.get("/appointments?on=2026-11-24&view=day")
    assert days(page) == {"2026-11-24": "Tuesday 24 November 2026 09:00\u201317:00 Nothing booked."}
    assert "/appointments/new?on=2026-11-24" in page.body


async def test_what_is_cancelled_is_not_shown(browser, database, business):
    appointment_id = await book(database, business.id)
    await database.write(lambda conn: appointments.cancel(conn, business.id, appointment_id))
    assert "Ada Lovelace" not in (await browser.get("/appointments?on=2026-11-23")).text


async def test_a_date_that_differs_shows_its_own_hours_and_why(browser, database, business):
    halves = (DayHours(opens_minute=540, closes_minute=720), DayHours(opens_minute=780, closes_minute=1440))
    for day in (
        ExceptionDay(date=dt.date(2026, 11, 24), hours=halves, note="Late"),
        ExceptionDay(date=dt.date(2026, 11, 25), note="<b>Stocktaking</b>"),
    ):
        await database.write(partial(schedule.set_exception, business_id=business.id, day=day))
    found = days(await browser.get("/appointments?on=2026-11-24"))
    assert found["2026-11-24"] == "Tue 24 Nov 09:00\u201312:00 , 13:00\u201324:00 · Late Nothing booked."
    assert found["2026-11-25"] == "Wed 25 Nov Closed · &lt;b&gt;Stocktaking&lt;/b&gt;"


async def test_without_hours_the_page_leads_to_them(browser, database, business):
    await database.write(partial(schedule.set_weekly_hours, business_id=business.id, hours=()))
    assert (
        "No opening hours are set, so callers can't book. Set the hours"
        in (await browser.get("/appointments")).text
    )


@pytest.mark.parametrize("on", ["soon", "0001-01-01", "9999-12-31", "", "2026-02-30", "%00"])
async def test_a_date_that_is_none_is_today(browser, on):
    page = await browser.get(f"/appointments?on={on}&view=day")
    assert (page.status, list(days(page))) == (200, ["2026-11-20"])


async def test_a_day_is_the_businesss_own(browser, database, business):
    await database.write(partial(businesses.change, business_id=business.id, timezone="Pacific/Auckland"))
    night = MONDAY_10.replace(hour=20)  # nine o'clock on Tuesday there
    await book(database, business.id, night)
    assert (
        "09:00\u201310:00 Ada Lovelace"
        in days(await browser.get("/appointments?on=2026-11-24"))["2026-11-24"]
    )


async def test_another_businesss_appointments_are_not_shown(browser, database):
    other_id = await add_business(database)
    await book(database, other_id, MONDAY_10 + HOUR, name="Theirs")
    assert "Theirs" not in (await browser.get("/appointments?on=2026-11-23")).text
