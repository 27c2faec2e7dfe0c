"""The messages: returned, ticked off, and put back."""

from storage import calls, leads, messages
from tests.web.pages.browser import NOW, add_business


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


async def test_a_long_list_is_cut_and_says_so(browser, database, business):
    for number in range(11):
        texts = [f"Message {number}-{index}" for index in range(10)]
        await leave(database, business.id, *texts, call_sid=f"CA{number}")
    page = await browser.get("/messages")
    assert ("Message 9-9" in page.text, "Message 10-0" in page.text) == (True, False)
    assert "10 more wait behind these." in page.text


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
