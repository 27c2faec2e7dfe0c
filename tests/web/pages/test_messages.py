"""The messages: returned, ticked off, and put back."""

import html
import re

import pytest

from storage import calls, leads, messages
from tests.web.pages.browser import NOW, add_business, client_of, sign_in


async def leave(database, business_id, *texts, caller="+14155550199", name="Ada Lovelace", call_sid="CA1"):
    """A call that left these messages."""

    def job(conn):
        lead = leads.find_or_create(conn, business_id, phone=caller, call_sid=call_sid)
        calls.begin(conn, business_id, call_sid=call_sid, caller=caller, lead_id=lead.id, started_at=NOW)
        leads.update_details(conn, business_id, lead.id, full_name=name)
        return [
            messages.take(conn, business_id, lead_id=lead.id, call_sid=call_sid, text=text).id
            for text in texts
        ]

    return await database.write(job)


async def waiting(database, business_id):
    found = await database.read(lambda conn: messages.waiting(conn, business_id))
    return [message.text for message in found]


async def test_without_messages_the_page_says_where_they_come_from(browser):
    page = await browser.get("/messages")
    assert "Nobody waits for a call back. When a caller leaves a message, it stands here" in page.text


async def test_what_waits_stands_with_who_and_how_to_ring_them(browser, database, business):
    await leave(database, business.id, "Please ring back.", "It is urgent.")
    page = await browser.get("/messages")
    assert page.text.index("Please ring back.") < page.text.index("It is urgent.")
    assert 'href="tel:+14155550199">Ring <bdi dir="ltr">+1 415-555-0199</bdi>' in page.body
    assert f'href="/b/{business.id}/calls/CA1"' in page.body


async def test_who_is_to_be_rung_back_at_an_extension_is_dialled_so(browser, database, business):
    await leave(database, business.id, "Please ring back.")
    number = "+14155552671;ext=12"
    await database.write(lambda conn: leads.update_details(conn, business.id, 1, callback_phone=number))
    for page in [await browser.get(path) for path in ("/messages", "/calls/CA1")]:
        assert f'href="tel:{number}"' in page.body
        assert '<bdi dir="ltr">+1 415-555-2671 ext. 12</bdi>' in page.body


async def test_done_takes_it_off_the_list_and_undo_puts_it_back(browser, database, business):
    (message_id,) = await leave(database, business.id, "Please ring back.")
    answer = await browser.post(f"/messages/{message_id}/done")
    page = await browser.follow(answer)
    assert "Saved." in page.text
    assert "Not done yet" in page.text
    assert await waiting(database, business.id) == []
    assert "Taken back." in (await browser.undo(answer)).text
    assert await waiting(database, business.id) == ["Please ring back."]


async def test_what_was_done_can_wait_again(browser, database, business):
    (message_id,) = await leave(database, business.id, "Please ring back.")
    await browser.post(f"/messages/{message_id}/done")
    await browser.post(f"/messages/{message_id}/reopen")
    assert await waiting(database, business.id) == ["Please ring back."]


async def test_pressed_twice_it_is_done_once(browser, database, business):
    (message_id,) = await leave(database, business.id, "Please ring back.")
    await browser.post(f"/messages/{message_id}/done")
    page = await browser.follow(await browser.post(f"/messages/{message_id}/done"))
    assert "Nothing was changed." in page.text


async def leave_many(database, business_id, number):
    for call in range(number // 10):
        texts = [f"Message {call}-{index}." for index in range(10)]
        await leave(database, business_id, *texts, call_sid=f"CA{call}")


def link(page, words):
    """Where the link with these words leads, below the business's home."""
    found = re.search(rf'href="/b/\d+(/messages[^"]*)">{words}<', page.body)
    return found and html.unescape(found[1])


@pytest.mark.parametrize(
    ("language", "onward", "back", "behind"),
    [
        ("en", "Next messages", "First messages", "30 more wait behind these."),
        ("he", "ההודעות הבאות", "ההודעות הראשונות", "עוד 30 הודעות מחכות אחריהן."),
    ],
)
async def test_a_long_list_has_pages(database, business, language, onward, back, behind):
    browser = await sign_in(database, client_of(database), business.id, language=language)
    await leave_many(database, business.id, 50)
    first = await browser.get("/messages")
    assert ("Message 1-9." in first.text, "Message 2-0." in first.text) == (True, False)
    assert (behind in first.text, link(first, back)) == (True, None)
    second = await browser.get(link(first, onward))
    assert ("Message 1-9." in second.text, "Message 2-0." in second.text) == (False, True)
    assert link(second, back) == "/messages"
    third = await browser.get(link(second, onward))
    assert ("Message 4-9." in third.text, link(third, onward), link(third, back)) == (True, None, "/messages")


async def test_who_ticks_one_off_stays_on_the_page_until_it_is_empty(browser, database, business):
    await leave_many(database, business.id, 20)
    (last,) = await leave(database, business.id, "The last one.", call_sid="CA9")
    second = link(await browser.get("/messages"), "Next messages")
    page = await browser.get(second)
    action = re.search(rf'action="/b/\d+(/messages/{last}/done[^"]*)"', page.body)
    answer = await browser.post(html.unescape(action[1]))
    assert answer.location.startswith(f"/b/{business.id}{second}&done=saved")
    assert "Message 0-0." in (await browser.follow(answer)).text  # nothing is left there: the first page
    assert "The last one." in (await browser.undo(answer)).text


async def test_a_call_leads_to_its_message_on_whatever_page_that_is(browser, database, business):
    await leave_many(database, business.id, 30)
    (last,) = await leave(database, business.id, "The last one.", call_sid="CA9")
    call = await browser.get("/calls/CA9")
    path, _, anchor = re.search(rf'href="/b/\d+(/messages[^"]*{last})"', call.body)[1].partition("#")
    assert f'id="{anchor}"' in (await browser.get(path)).body


@pytest.mark.parametrize("after", ["", "x", "-1", "9" * 30, "99999"])
async def test_a_link_to_no_page_shows_the_first(browser, database, business, after):
    await leave(database, business.id, "Please ring back.")
    assert "Please ring back." in (await browser.get(f"/messages?after={after}")).text


async def test_hostile_words_stay_words(browser, database, business):
    text = "<script>alert(1)</script>\u202e" + "x" * 1_900
    await leave(database, business.id, text, name='"><img src=x>')
    page = await browser.get("/messages")
    assert ("<script" in page.body, "<img" in page.body) == (False, False)
    assert '<bdi dir="auto">&lt;script&gt;alert(1)&lt;/script&gt;' in page.body


async def test_a_caller_without_name_and_number_is_named_all_the_same(browser, database, business):
    def job(conn):
        lead = leads.find_or_create(conn, business.id, phone=None, call_sid="CA1")
        calls.begin(conn, business.id, call_sid="CA1", caller=None, lead_id=lead.id, started_at=NOW)
        messages.take(conn, business.id, lead_id=lead.id, call_sid="CA1", text="It's me.")

    await database.write(job)
    page = await browser.get("/messages")
    assert ("Number withheld" in page.text, "tel:" in page.body) == (True, False)


async def test_another_businesss_message_is_not_there(browser, database):
    other_id = await add_business(database)
    (message_id,) = await leave(database, other_id, "Theirs.")
    answers = [await browser.post(f"/messages/{message_id}/{act}") for act in ("done", "reopen")]
    assert [answer.status for answer in answers] == [404, 404]
    assert await waiting(database, other_id) == ["Theirs."]
    assert "Theirs." not in (await browser.get("/messages")).text
