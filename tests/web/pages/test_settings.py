"""The settings of a business."""

import datetime as dt
import html
import re
from functools import partial

import pytest

from office import numbers
from storage import businesses, calls
from tests.web.pages.browser import NOW, add_business, client_of, sign_in
from web.pages.settings import TEXT_PROBLEMS

FORM = {"name": "Salon", "timezone": "Europe/Berlin", "owner_phone": "", "retention_days": "0"}
CHANGED = {
    "name": "Salon Two",
    "timezone": "Asia/Jerusalem",
    "owner_phone": "(415) 555-0177",
    "keeps_audio": "1",
    "retention_days": "90",
}


def typed(page):
    """What the form holds."""
    values = dict(
        re.findall(r'<input id="field-(?:\w+)" name="(\w+)" type="(?:text|tel)" value="([^"]*)"', page.body)
    )
    ticked = re.findall(r'name="(\w+)" type="checkbox" value="1" checked', page.body)
    chosen = re.search(r'<option value="(\d+)" selected', page.body)
    return {
        **{name: html.unescape(value) for name, value in values.items()},
        **dict.fromkeys(ticked, "1"),
        "retention_days": chosen and chosen[1],
    }


async def kept(database, business):
    now = await database.read(partial(businesses.by_id, business_id=business.id))
    return now.name, now.timezone, now.owner_phone, now.keeps_audio, now.retention_days


async def add_call(database, business, days_old):
    def job(conn):
        started_at = NOW - dt.timedelta(days=days_old)
        calls.begin(conn, business.id, call_sid="CA1", caller=None, lead_id=None, started_at=started_at)

    await database.write(job)


async def test_settings_are_kept_and_taken_back(browser, database, business):
    assert typed(await browser.get("/settings")) == FORM
    answer = await browser.post("/settings", **CHANGED)
    assert typed(await browser.follow(answer)) == {**CHANGED, "owner_phone": "+14155550177"}
    assert await kept(database, business) == ("Salon Two", "Asia/Jerusalem", "+14155550177", True, 90)
    await browser.undo(answer)
    assert await kept(database, business) == ("Salon", "Europe/Berlin", None, False, 0)


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("name", " ", "Name: is empty"),
        ("timezone", "Berlin", "Time zone: 'Berlin' is not a zone name such as Europe/Berlin"),
        (
            "owner_phone",
            "call me",
            "Mobile for messages: is not a telephone number; write it as +14155550100",
        ),
        ("owner_phone", "+18005550177", "Mobile for messages: takes no text messages: give a mobile's"),
        ("retention_days", "-1", "Keep calls: is no whole number"),
        ("retention_days", "4000", "Keep calls: is 4000; it must be between 0 and 3650"),
    ],
)
async def test_what_cannot_be_kept_is_said_and_stays_in_the_form(
    browser, database, business, field, value, problem
):
    page = await browser.post("/settings", **{**CHANGED, field: value})
    assert (page.status, problem in page.text) == (422, True)
    there = typed(page)
    assert {name: there[name] for name in CHANGED if name not in (field, "retention_days")} == {
        name: text for name, text in CHANGED.items() if name not in (field, "retention_days")
    }
    assert await kept(database, business) == ("Salon", "Europe/Berlin", None, False, 0)


@pytest.mark.parametrize("number", ["12", "+14155550100", "+18005550177"])
def test_whatever_is_wrong_with_a_number_is_translated(number):
    assert numbers.text_problem(number, "+14155550100") in TEXT_PROBLEMS


async def test_before_calls_are_erased_for_it_the_owner_is_asked(browser, database, business):
    await add_call(database, business, 31)
    shorter = {**FORM, "retention_days": "30"}
    page = await browser.post("/settings", **shorter)
    assert (page.status, "Keep calls: would erase calls that are here now" in page.text) == (422, True)
    assert typed(page) == shorter
    await browser.post("/settings", **shorter, erase="1")
    assert (await kept(database, business))[-1] == 30


async def test_before_undo_has_calls_erased_the_owner_is_asked_too(browser, database, business):
    await database.write(partial(businesses.change, business_id=business.id, retention_days=30))
    answer = await browser.post("/settings", **FORM)
    await add_call(database, business, 31)
    page = await browser.get(f"/{answer.location}")
    action = re.search(r'action="/b/1(/undo/\d+)"', page.body)[1]
    for ticks in ({}, {"erase": ""}):
        page = await browser.post(action, back="/b/1/settings?x=1", **ticks)
        assert (page.status, "deletes 1 call you have now, for good" in page.text) == (422, True)
        assert re.search(r'name="erase" type="checkbox" value="1">', page.body)
        assert f'action="/b/1{action}"' in page.body
        assert 'name="back" value="/b/1/settings?x=1"' in page.body
        assert (await kept(database, business))[-1] == 0
    page = await browser.follow(await browser.post(action, back="/b/1/settings", erase="1"))
    assert ("Taken back." in page.text, typed(page)["retention_days"]) == (True, "30")


@pytest.mark.parametrize(("was", "becomes"), [(0, 90), (30, 90), (30, 0), (30, 30)])
async def test_nobody_is_asked_when_no_call_is_lost(browser, database, business, was, becomes):
    await add_call(database, business, 31)
    await database.write(partial(businesses.change, business_id=business.id, retention_days=was))
    assert (await browser.post("/settings", **{**FORM, "retention_days": str(becomes)})).status == 303
    assert (await kept(database, business))[-1] == becomes


async def test_a_term_from_the_command_line_is_among_the_choices(browser, database, business):
    await database.write(partial(businesses.change, business_id=business.id, retention_days=45))
    assert typed(await browser.get("/settings"))["retention_days"] == "45"


async def test_administrators_find_the_way_to_all_businesses(browser, database, business):
    assert 'href="/businesses"' not in (await browser.get("/settings")).body
    admin = await sign_in(database, client_of(database), business.id, email="a@b.co", administrator=True)
    assert 'href="/businesses"' in (await admin.get("/settings")).body


async def test_another_business_is_not_there(browser, database, business):
    other = await add_business(database)
    answer = await browser.post(f"//b/{other}/settings", **CHANGED)
    assert answer.status == 404
    now = await database.read(partial(businesses.by_id, business_id=other))
    assert (now.name, now.owner_phone) == ("Other", None)
