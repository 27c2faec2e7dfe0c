"""The hours: what an owner edits, and what a caller is then offered."""

import re

import pytest

from storage import booking, schedule
from storage.availability import Request
from storage.records import DayHours, ExceptionDay, WeeklyHours
from tests.web.pages.browser import NOW

NINE_TO_FIVE = {
    f"{end}-{day}-0": time for day in range(5) for end, time in (("opens", "09:00"), ("closes", "17:00"))
}


async def weekly(database, business):
    hours = await database.read(lambda conn: schedule.weekly_hours(conn, business.id))
    return [(span.weekday, span.opens_minute, span.closes_minute) for span in hours]


async def offered(database, business, date):
    request = Request(date=date, duration_min=30)
    found = await database.read(
        lambda conn: booking.free(conn, business.id, call_sid="", request=request, now=NOW)
    )
    return (
        [f"{slot.wall:%H:%M}" for slot in found.slots] if found.refused is None else found.refused.why.value
    )


MONDAY = NOW.date().replace(day=23)


def typed(page):
    """What the form of the week holds."""
    inputs = re.findall(r'<input type="time" id="((?:opens|closes)-\d-\d+)"[^>]* value="([^"]*)"', page.body)
    return dict(inputs)


async def test_the_form_holds_the_hours_as_they_are(browser):
    assert typed(await browser.get("/hours")) == NINE_TO_FIVE


async def test_saved_hours_change_what_a_caller_is_offered_and_undo_takes_that_back(
    browser, database, business
):
    answer = await browser.post(
        "/hours", **{**NINE_TO_FIVE, "opens-0-0": "12:00", "closes-0-0": "13:00", "do": "save"}
    )
    assert "Saved." in (await browser.follow(answer)).text
    assert await offered(database, business, MONDAY) == ["12:00", "12:30"]
    page = await browser.undo(answer)
    assert "Taken back." in page.text
    assert await offered(database, business, MONDAY) == ["09:00", "09:30", "10:00"]


async def test_hours_that_the_command_line_set_since_are_not_taken_back(browser, database, business):
    answer = await browser.post("/hours", **NINE_TO_FIVE, **{"opens-5-0": "10:00", "closes-5-0": "12:00"})
    pressed = re.search(r'action="/b/1(/undo/\d+)"', (await browser.follow(answer)).body)[1]
    tuesday = WeeklyHours(weekday=1, opens_minute=600, closes_minute=660)
    await database.write(lambda conn: schedule.set_weekly_hours(conn, business.id, [tuesday]))
    assert "/undo/" not in (await browser.follow(answer)).body
    page = await browser.follow(await browser.post(pressed, back="/b/1/hours"))
    assert "something else has come in its place" in page.text
    assert await weekly(database, business) == [(1, 600, 660)]


async def test_several_openings_a_day_and_one_until_midnight(browser, database, business):
    form = {"opens-2-0": "09:00", "closes-2-0": "12:30", "opens-2-1": "13:30", "closes-2-1": "00:00"}
    await browser.post("/hours", do="save", **form)
    assert await weekly(database, business) == [(2, 540, 750), (2, 810, 1440)]


@pytest.mark.parametrize(
    ("do", "more", "after"),
    [
        ("more-5", {}, {**NINE_TO_FIVE, "opens-5-0": "", "closes-5-0": ""}),
        ("drop-4-0", {}, {name: time for name, time in NINE_TO_FIVE.items() if "-4-" not in name}),
        (
            "copy-0",
            {"to-0": ["5"], "opens-0-0": "10:00"},
            {**NINE_TO_FIVE, "opens-0-0": "10:00", "opens-5-0": "10:00", "closes-5-0": "17:00"},
        ),
    ],
)
async def test_the_other_buttons_change_the_form_and_save_nothing(
    browser, database, business, do, more, after
):
    page = await browser.post("/hours", **{**NINE_TO_FIVE, **more, "do": do})
    assert (page.status, typed(page)) == (200, after)
    assert "Not saved yet" in page.text
    assert await weekly(database, business) == [(day, 540, 1020) for day in range(5)]


# Monday as it stands in the form: the times of its first row were cleared, the other two are there.
CLEARED = {
    "opens-0-0": "",
    "closes-0-0": "",
    "opens-0-1": "09:00",
    "closes-0-1": "12:00",
    "opens-0-2": "14:00",
    "closes-0-2": "18:00",
}


@pytest.mark.parametrize(
    ("do", "left"),
    [
        ("drop-0-0", [("09:00", "12:00"), ("14:00", "18:00")]),
        ("drop-0-1", [("", ""), ("14:00", "18:00")]),
        ("drop-0-2", [("", ""), ("09:00", "12:00")]),
        ("more-0", [("", ""), ("09:00", "12:00"), ("14:00", "18:00"), ("", "")]),
    ],
)
async def test_the_row_goes_whose_cross_was_pressed_also_below_an_empty_one(browser, do, left):
    page = typed(await browser.post("/hours", **CLEARED, do=do))
    assert [(page[f"opens-0-{at}"], page[f"closes-0-{at}"]) for at in range(len(page) // 2)] == left


async def test_an_empty_row_is_not_saved(browser, database, business):
    await browser.post("/hours", **CLEARED, do="save")
    assert await weekly(database, business) == [(0, 540, 720), (0, 840, 1080)]


async def test_more_rows_than_a_day_may_have_stay_in_the_form_and_are_said(browser, database, business):
    form = {}
    for at in range(13):
        form |= {f"opens-0-{at}": f"{at + 8:02}:00", f"closes-0-{at}": f"{at + 8:02}:30"}
    page = await browser.post("/hours", **form, do="save")
    assert (page.status, typed(page)) == (422, form)
    assert "Monday: has 13 openings; at most 12 are kept" in page.text
    page = await browser.post("/hours", **form, do="drop-0-12")
    assert (await browser.post("/hours", **typed(page), do="save")).status == 303
    assert len(await weekly(database, business)) == 12


@pytest.mark.parametrize(
    "do",
    ["", "-", "drop", "drop-0", "drop-0-", "drop-0-99", "drop-0-²", f"drop-0-{'9' * 5_000}", "copy-9", "x"],
)
async def test_what_no_button_of_the_form_says_is_refused(browser, database, business, do):
    assert (await browser.post("/hours", **NINE_TO_FIVE, do=do)).status == 400
    assert await weekly(database, business) == [(day, 540, 1020) for day in range(5)]


@pytest.mark.parametrize(
    ("times", "problem"),
    [
        (
            {"opens-0-0": "17:00", "closes-0-0": "09:00"},
            "17:00-9:00 is no time of a day; open before you close",
        ),
        ({"opens-0-0": "", "closes-0-0": "09:00"}, "has a time that opens or closes, and not the other"),
        ({"opens-0-0": "<b>", "closes-0-0": "09:00"}, "'<b>' is no time; write it as 09:00"),
        ({"opens-0-0": "25:00", "closes-0-0": "09:00"}, "'25:00' is no time; write it as 09:00"),
        ({"opens-0-1": "10:00", "closes-0-1": "11:00"}, "9:00-17:00 and 10:00-11:00 overlap; join them"),
    ],
)
async def test_hours_that_make_no_sense_are_said_beside_their_day_and_kept_in_the_form(
    browser, database, business, times, problem
):
    form = {**NINE_TO_FIVE, **times}
    page = await browser.post("/hours", **form, do="save")
    assert page.status == 422
    assert f"Monday: {problem}" in page.text
    assert {name: time.replace("<b>", "&lt;b&gt;") for name, time in form.items()} == typed(page)
    assert await weekly(database, business) == [(day, 540, 1020) for day in range(5)]


async def test_an_exception_closes_a_day_and_can_be_taken_out_again(browser, database, business):
    answer = await browser.post("/hours/exceptions", date="2026-11-23", closed="1", note="Stocktaking")
    page = await browser.follow(answer)
    assert "Monday 23 November 2026: closed Stocktaking" in page.text
    assert await offered(database, business, MONDAY) == "closed_that_date"
    answer = await browser.post("/hours/exceptions/remove", date="2026-11-23")
    assert await offered(database, business, MONDAY) == ["09:00", "09:30", "10:00"]
    await browser.undo(answer)
    assert await offered(database, business, MONDAY) == "closed_that_date"


async def test_a_date_can_have_other_hours(browser, database, business):
    times = {"opens-0": "10:00", "closes-0": "11:00", "opens-1": "15:00", "closes-1": "15:30"}
    await browser.post("/hours/exceptions", date="2026-11-23", note="", **times)
    kept = await database.read(lambda conn: schedule.exceptions(conn, business.id, MONDAY, MONDAY))
    spans = (DayHours(opens_minute=600, closes_minute=660), DayHours(opens_minute=900, closes_minute=930))
    assert kept == (ExceptionDay(date=MONDAY, hours=spans),)


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ({"date": "soon", "closed": "1"}, "Date: is no date; write it as 2026-12-24"),
        ({"date": "2026-11-23"}, "That date: has no times; give some, or tick that it is closed"),
        (
            {"date": "2026-11-23", "opens-0": "11:00", "closes-0": "10:00"},
            "That date: 11:00-10:00 is no time",
        ),
        ({"date": "2026-11-23", "closed": "1", "note": "x" * 201}, "Note: is 201 characters long"),
    ],
)
async def test_a_date_that_makes_no_sense_is_refused_and_stays_in_the_form(browser, form, problem):
    page = await browser.post("/hours/exceptions", **form)
    assert (page.status, problem in page.text) == (422, True)
    assert form.get("note", form["date"]) in page.body


async def test_public_holidays_are_suggested_until_they_are_dates_that_differ(browser):
    page = await browser.get("/hours")
    assert "Friday 25 December 2026 Christmas Day" in page.text
    answer = await browser.post("/hours/exceptions", date="2026-12-25", closed="1", note="Christmas Day")
    page = await browser.follow(answer)
    assert page.text.count("Friday 25 December 2026") == 2  # the date and the name of its button


async def test_the_preview_says_what_a_caller_would_hear(browser):
    page = await browser.get("/hours?on=2026-11-23")
    assert "These times are free: Monday 23 November at 9:00, 9:30 or 10:00." in page.text
    page = await browser.get("/hours?on=2026-11-22")
    assert "We are closed on Sunday." in page.text
    page = await browser.get("/hours?on=nonsense")
    assert page.status == 200


async def test_rules_are_kept_together_or_refused_with_what_was_typed(browser):
    page = await browser.post("/hours/rules", grid_min="15", notice_min="many", days_ahead="7")
    assert (page.status, "Notice needed: is no whole number" in page.text) == (422, True)
    assert 'value="many"' in page.body
    answer = await browser.post("/hours/rules", grid_min="15", notice_min="0", days_ahead="7")
    page = await browser.follow(answer)
    assert 'value="7"' in page.body
    page = await browser.undo(answer)
    assert 'value="60"' in page.body
