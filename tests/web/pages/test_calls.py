"""The calls: listed, looked for, leafed through."""

import datetime as dt
import html
import re

import pytest

from storage import calls, erasure
from storage.records import Flag
from tests.web.pages.browser import NOW, add_business
from tests.web.pages.ringing import LIVE, MINUTE, ring
from web.pages.calls import length
from web.pages.render import words_of

WRONG = Flag(kind="said_not_done", said="You're booked.", done="")


def listed(page):
    """The sids of the calls on a page, in order."""
    return re.findall(r'/calls/(CA\w+)"', page.body)


def link(page, words):
    """Where the link with those words leads, below the business's home; None without one."""
    found = re.search(rf'href="/b/\d+([^"]*)">{words}<', page.body)
    return found and html.unescape(found[1])


async def test_without_calls_the_page_says_how_to_make_one(browser):
    page = await browser.get("/calls")
    assert "No calls yet." in page.text
    assert "<form" not in page.body.partition("<main")[2]


async def test_a_call_stands_with_who_when_how_long_and_how_it_ended(browser, database, business):
    await ring(database, business.id, full_name="Ada Lovelace", duration_ms=125_400)
    page = await browser.get("/calls")
    assert "Ada Lovelace 09:59 +1 415-555-0199 · Ended with a goodbye · 2 min 5 s" in page.text
    assert "needs checking" not in page.text


async def test_a_caller_without_name_is_their_number_and_one_who_hides_it_is_that(
    browser, database, business
):
    day = dt.timedelta(days=1)
    await ring(database, business.id, ago=day, outcome="caller_hung_up", duration_ms=5_000)
    await ring(database, business.id, "CA2", caller=None, outcome=LIVE)
    page = await browser.get("/calls")
    assert "Number withheld 09:59 Live +1 415-555-0199 Thu 19 Nov 10:00 The caller hung up · 5 s" in page.text


async def test_the_newest_comes_first_and_a_removed_one_not_at_all(browser, database, business):
    for number in (2, 1, 3):
        await ring(database, business.id, f"CA{number}", ago=number * MINUTE)
    await database.write(lambda conn: calls.remove(conn, business.id, "CA2", NOW))
    assert listed(await browser.get("/calls")) == ["CA1", "CA3"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("words=lovelace", ["CA1"]),
        ("words=0200", ["CA2"]),
        ("words=Botox", ["CA3"]),
        ("outcome=transferred", ["CA2"]),
        ("flagged=1", ["CA3"]),
        ("flagged=1&words=lovelace", []),
        ("outcome=no-such-thing", ["CA1", "CA2", "CA3"]),
        ("before=CA9", ["CA1", "CA2", "CA3"]),
    ],
)
async def test_calls_are_found_by_what_is_known_of_them(browser, database, business, asked, found):
    await ring(database, business.id, "CA1", full_name="Ada Lovelace")
    await ring(database, business.id, "CA2", caller="+14155550200", ago=2 * MINUTE, outcome="transferred")
    heard = [(0, "user_said", {"text": "Do you do botox?"})]
    await ring(
        database,
        business.id,
        "CA3",
        caller="+14155550300",
        ago=3 * MINUTE,
        events=heard,
        flags=[WRONG],
    )
    page = await browser.get(f"/calls?{asked}")
    assert listed(page) == found
    assert ("No call is like that. All calls" in page.text) == (not found)


async def test_the_form_keeps_what_was_looked_for(browser, database, business):
    await ring(database, business.id, outcome="transferred", flags=[WRONG])
    page = await browser.get("/calls?words=%22%3Cb%3E&outcome=transferred&flagged=1")
    assert 'value="&#34;&lt;b&gt;"' in page.body
    assert '<option value="transferred" selected>Put through</option>' in page.body
    assert re.search(r'name="flagged" type="checkbox" value="1" checked', page.body)
    assert link(page, "All calls") == "/calls"


async def test_only_the_ways_in_which_calls_ended_can_be_chosen(browser, database, business):
    await ring(database, business.id, outcome="transferred")
    page = await browser.get("/calls")
    assert re.findall(r"<option.*?>(.*?)</option>", page.body) == ["In any way", "Put through"]


async def test_calls_whose_person_nobody_reached_can_be_chosen(browser, database, business):
    put_through = {"outcome": "transferred", "transfer_to": "+14155550177"}
    await ring(database, business.id, "CA1", **put_through, dial_status="no-answer")
    await ring(database, business.id, "CA2", **put_through, dial_status="completed", ago=2 * MINUTE)
    back = {**put_through, "outcome": "completed", "dial_status": "busy"}
    await ring(database, business.id, "CA3", **back, ago=3 * MINUTE)
    page = await browser.get("/calls?outcome=nobody_answered")
    assert re.findall(r"<option.*?>(.*?)</option>", page.body) == [
        *("In any way", "Ended with a goodbye", "Put through", "Nobody answered")
    ]
    assert '<option value="nobody_answered" selected>' in page.body
    assert (listed(page), page.text.count("needs checking")) == (["CA1", "CA3"], 2)
    assert listed(await browser.get("/calls?outcome=transferred")) == ["CA2"]
    assert listed(await browser.get("/calls?flagged=1")) == ["CA1", "CA3"]


async def test_older_calls_are_leafed_through_fifty_at_a_time(browser, database, business):
    for number in range(101):
        flags = [WRONG] if number else []
        await ring(database, business.id, f"CA{number}", ago=number * MINUTE, flags=flags)
    seen, page = [], await browser.get("/calls?flagged=1")
    assert link(page, "Newest calls") is None
    seen.append(listed(page))
    older = link(page, "Older calls")
    page = await browser.get(older)
    seen.append(listed(page))
    assert (link(page, "Older calls"), link(page, "Newest calls")) == (None, "/calls?flagged=1")
    assert seen == [
        [f"CA{number}" for number in range(1, 51)],
        [f"CA{number}" for number in range(51, 101)],
    ]


async def test_the_list_goes_on_where_it_was_though_the_call_there_was_erased(browser, database, business):
    for number in range(52):
        await ring(database, business.id, f"CA{number}", ago=number * MINUTE)
    older = link(await browser.get("/calls"), "Older calls")
    await database.write(lambda conn: erasure.erase_call(conn, business.id, "CA49"))
    assert listed(await browser.get(older)) == ["CA50", "CA51"]


async def test_past_the_last_call_the_page_leads_back(browser, database, business):
    await ring(database, business.id)
    page = await browser.get("/calls?before=2020-01-01T00:00:00Z%20CA1")
    assert "There are no older calls. All calls" in page.text


async def test_a_call_to_check_says_so(browser, database, business):
    await ring(database, business.id, flags=[WRONG, WRONG])
    assert (await browser.get("/calls")).text.count("needs checking") == 1


async def test_another_business_s_calls_are_not_listed_and_no_place_to_go_on_from(
    browser, database, business
):
    other = await add_business(database)
    await ring(database, other, "CA7", full_name="Grace Hopper", ago=2 * MINUTE)
    await ring(database, business.id, "CA1")
    assert listed(await browser.get("/calls?before=CA7")) == ["CA1"]
    assert "Grace" not in (await browser.get("/calls?words=Grace")).text.partition("No call")[2]


@pytest.mark.parametrize(
    ("duration_ms", "words"),
    [(0, "0 s"), (59_499, "59 s"), (59_500, "1 min 0 s"), (3_600_000, "60 min 0 s")],
)
def test_a_length_is_said_in_minutes_and_seconds(duration_ms, words):
    assert length(words_of("en"), duration_ms) == words
