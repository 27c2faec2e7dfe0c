"""Who can sign in to a business."""

import re
from functools import partial

import pytest

from storage import owners, sessions
from tests.office.support import FORM, PUBLIC_URL, public
from tests.web.pages.browser import NOW, ORIGIN, add_business, client_of, sign_in


@pytest.fixture
async def other_browser(browser, database, business):
    """Another owner of the same business: number 2."""
    return await sign_in(database, client_of(database), business.id, email="dana@example.com")


async def emails(database, business_id):
    found = await database.read(partial(owners.of_business, business_id=business_id))
    return [owner.email for owner in found]


async def test_an_invitation_is_shown_once_and_lets_into_this_business(browser, database, business):
    page = await browser.post("/settings/access/invite")
    (link,) = re.findall(r"http://[\w.:]+/welcome/([\w-]+)", page.text)
    assert await database.read(partial(sessions.invited, token=link, now=NOW)) == (business.id, None)
    assert "/welcome/" not in (await browser.get("/settings/access")).text


async def test_a_public_deployment_invites_to_its_public_url(database, business):
    client = client_of(database, configured=public())
    browser = await sign_in(database, client, business.id)
    headers = {**ORIGIN, **FORM, "Cookie": f"__Host-frontdesk={browser._token}"}
    page = await client.post(f"/b/{business.id}/settings/access/invite", headers=headers)
    assert f"{PUBLIC_URL}/welcome/" in await page.get_data(as_text=True)


async def test_access_is_taken_away_after_asking(browser, other_browser, database, business):
    page = await browser.get("/settings/access/2/take")
    assert "dana@example.com will not see this business any more." in page.text
    assert (await other_browser.get("/today")).status == 200
    page = await browser.follow(await browser.post("/settings/access/2/take"))
    assert ("Access is taken away." in page.text, "dana" in page.text) == (True, False)
    assert (await other_browser.get("/today")).status == 404
    assert await emails(database, business.id) == ["owner@example.com"]


async def test_nobody_takes_their_own_access_away(browser, other_browser, database, business):
    page = await browser.get("/settings/access")
    assert "owner@example.com you" in page.text
    for ask in (browser.get, browser.post):
        assert (await ask("/settings/access/1/take")).status == 404
    assert await emails(database, business.id) == ["dana@example.com", "owner@example.com"]


async def test_an_owner_of_another_business_cannot_be_named(browser, database):
    other = await add_business(database)
    theirs = await sign_in(database, client_of(database), other, email="dana@example.com")
    for ask in (browser.get, browser.post):
        page = await ask("/settings/access/2/take")
        assert (page.status, "dana" in page.text) == (404, False)
    assert (await theirs.get("/today")).status == 200


async def test_an_administrator_who_is_no_owner_is_told_to_let_one_in(database, business):
    admin = await sign_in(database, client_of(database), business.id, administrator=True)
    await database.write(partial(owners.take_from, owner_id=1, business_id=business.id))
    assert "Nobody but administrators yet." in (await admin.get("/settings/access")).text
