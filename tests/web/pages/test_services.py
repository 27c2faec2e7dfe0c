"""What can be booked: adding, changing, no longer offering, and taking each back."""

import pytest

from storage import businesses, services
from tests.web.pages.browser import add_business
from web.pages.samples import TRADES

HAIRCUT = {
    "name": "Haircut",
    "duration_min": "45",
    "buffer_before_min": "0",
    "buffer_after_min": "10",
    "price": "eighty dollars",
}


@pytest.fixture
def offered(database, business):
    """Reads what callers can book now: name, minutes, minutes kept free before and after, price."""

    async def read():
        found = await database.read(lambda conn: services.offered(conn, business.id))
        return [(s.name, s.duration_min, s.buffer_before_min, s.buffer_after_min, s.price) for s in found]

    return read


async def test_an_added_service_is_offered_until_that_is_taken_back(browser, offered):
    answer = await browser.post("/services", **HAIRCUT)
    assert await offered() == [("Haircut", 45, 0, 10, "eighty dollars")]
    page = await browser.follow(answer)
    assert "Haircut 45 minutes eighty dollars Kept free after: 10 minutes" in page.text
    await browser.undo(answer)
    assert await offered() == []


async def test_signs_that_nobody_sees_are_cleaned_out_of_what_is_typed(browser, offered):
    pasted = {
        "name": "\u200fHair\u00adcut\u00a0",
        "duration_min": "\u0663\u0660\u200e",
        "price": "forty\ufe0d",
    }
    await browser.post("/services", **{**HAIRCUT, **pasted})
    assert await offered() == [("Haircut", 30, 0, 10, "forty")]


async def test_a_changed_service_can_be_put_back_as_it_was(browser, offered):
    await browser.post("/services", **HAIRCUT)
    assert 'value="eighty dollars"' in (await browser.get("/services/1")).body
    answer = await browser.post("/services/1", **{**HAIRCUT, "name": "Cut", "duration_min": "30"})
    assert await offered() == [("Cut", 30, 0, 10, "eighty dollars")]
    await browser.undo(answer)
    assert await offered() == [("Haircut", 45, 0, 10, "eighty dollars")]


async def test_a_service_is_no_longer_offered_until_that_is_taken_back(browser, offered):
    await browser.post("/services", **HAIRCUT)
    answer = await browser.post("/services/1/retire")
    assert await offered() == []
    assert (await browser.get("/services/1")).status == 404
    await browser.undo(answer)
    assert await offered() == [("Haircut", 45, 0, 10, "eighty dollars")]


async def test_a_service_does_not_come_back_beside_a_new_one_of_its_name(browser, offered):
    await browser.post("/services", **HAIRCUT)
    answer = await browser.post("/services/1/retire")
    await browser.post("/services", **{**HAIRCUT, "price": ""})
    page = await browser.undo(answer)
    assert "This can't be taken back any more" in page.text
    assert await offered() == [("Haircut", 45, 0, 10, "")]


async def test_nor_beside_one_that_is_the_same_to_the_form(browser, offered):
    await browser.post("/services", **{**HAIRCUT, "name": "Épilation"})
    answer = await browser.post("/services/1/retire")
    await browser.post("/services", **{**HAIRCUT, "name": "épilation", "duration_min": "60"})
    assert "This can't be taken back any more" in (await browser.undo(answer)).text
    assert [row[:2] for row in await offered()] == [("épilation", 60)]


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"name": " "}, "Name: is empty"),
        ({"name": "haircut"}, "Name: is a service already"),
        ({"duration_min": "soon"}, "How long: is no whole number"),
        ({"duration_min": "4"}, "How long: is 4; it must be between 5 and 480"),
        ({"buffer_before_min": "241"}, "Kept free before: is 241; it must be between 0 and 240"),
        ({"buffer_after_min": "-1"}, "Kept free after: is no whole number"),
        ({"price": "<b>" * 30}, "Price: is 90 characters long; at most 80 are kept"),
    ],
)
async def test_what_cannot_be_is_said_and_what_was_typed_stays(browser, offered, typed, problem):
    await browser.post("/services", **HAIRCUT)
    form = {**HAIRCUT, "name": "Shave", **typed}
    page = await browser.post("/services", **form)
    assert (page.status, problem in page.text) == (422, True)
    for value in form.values():
        assert f'value="{value.replace("<", "&lt;").replace(">", "&gt;")}"' in page.body
    assert await offered() == [("Haircut", 45, 0, 10, "eighty dollars")]


async def test_a_change_that_cannot_be_stays_in_its_form(browser, offered):
    await browser.post("/services", **HAIRCUT)
    page = await browser.post("/services/1", **{**HAIRCUT, "name": "Cut", "duration_min": "1000"})
    assert (page.status, 'value="Cut"' in page.body, 'value="1000"' in page.body) == (422, True, True)
    assert await offered() == [("Haircut", 45, 0, 10, "eighty dollars")]


async def test_a_trade_fills_an_empty_list_once(browser, offered):
    page = await browser.get("/services")
    assert page.body.count('action="/b/1/services/samples"') == len(TRADES)
    page = await browser.follow(await browser.post("/services/samples", trade="physiotherapist"))
    lengths = {"First examination": 60, "Treatment": 45, "Short treatment": 30}
    expected = [(name, minutes, 0, 0, "") for name, minutes in lengths.items()]
    assert ("Added." in page.text, await offered()) == (True, expected)
    page = await browser.follow(await browser.post("/services/samples", trade="dentist"))
    assert ("Nothing was changed." in page.text, await offered()) == (True, expected)
    assert "/services/samples" not in page.body


async def test_a_trade_that_is_none_is_not_there(browser, offered):
    assert (await browser.post("/services/samples", trade="pirate")).status == 404
    assert await offered() == []


async def test_where_hebrew_is_spoken_the_samples_are_hebrew(browser, database, business, offered):
    await database.write(lambda conn: businesses.change(conn, business.id, language="he"))
    await browser.post("/services/samples", trade="physiotherapist")
    assert [row[0] for row in await offered()] == ["אבחון ראשון", "טיפול", "טיפול קצר"]


async def test_the_services_of_another_business_are_not_there(browser, database):
    other = await add_business(database)
    await database.write(lambda conn: services.add(conn, other, name="Theirs", duration_min=30))
    answers = [
        await browser.get("/services/1"),
        await browser.post("/services/1", **HAIRCUT),
        await browser.post("/services/1/retire"),
    ]
    assert [answer.status for answer in answers] == [404, 404, 404]
    theirs = await database.read(lambda conn: services.offered(conn, other))
    assert [service.name for service in theirs] == ["Theirs"]


async def test_a_hostile_name_stays_text(browser):
    name = '"><script>alert(1)</script>'
    await browser.post("/services", **{**HAIRCUT, "name": name})
    for path in ("/services", "/services/1"):
        assert "<script" not in (await browser.get(path)).body
