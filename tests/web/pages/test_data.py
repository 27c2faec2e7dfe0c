"""What can be taken away from a server: a business's data, and the whole file."""

import json

import pytest
import trio

from storage import calls, erasure, leads
from storage.database import look_at
from tests.web.pages.browser import NOW, add_business, client_of, sign_in
from web.pages.data import Export, path_of

HOSTILE = '<b>"Grace"</b> \\ שלום'


@pytest.fixture
async def admin(database, business):
    return await sign_in(database, client_of(database), business.id, email="a@b.co", administrator=True)


async def download(browser, path):
    """The bytes that are sent, and the name that they are to be kept under."""
    response = await browser._client.get(
        f"/b/{browser.business_id}{path}", headers={"Cookie": f"frontdesk_session={browser._token}"}
    )
    return await response.get_data(), response.headers["Content-Disposition"]


async def add_lead(database, business_id):
    def job(conn):
        lead = leads.find_or_create(conn, business_id, phone="+14155550199", call_sid="CA1")
        leads.update_details(conn, business_id, lead.id, full_name=HOSTILE)
        calls.begin(conn, business_id, call_sid="CA1", caller="+14155550199", lead_id=lead.id, started_at=NOW)

    await database.write(job)


async def test_the_download_holds_what_is_kept_for_this_business_only(browser, database, business):
    await add_lead(database, await add_business(database, name="Somebody else's"))
    await add_lead(database, business.id)
    content, name = await download(browser, "/export.json")
    assert name == 'attachment; filename="frontdesk-1-2026-11-20.json"'
    assert json.loads(content) == await database.read(
        lambda conn: json.loads("".join(erasure.export(conn, business.id)))
    )
    assert b"Somebody else's" not in content


async def many_leads(database, business_id, number):
    def job(conn):
        for each in range(number):
            leads.find_or_create(conn, business_id, phone=f"+1415555{each:04}", call_sid=f"CA{each}")

    await database.write(job)


async def test_a_long_download_is_written_in_slices_and_sends_space_meanwhile(database, business):
    """The first byte is there at once, however much there is, and space before a JSON text means nothing."""
    await many_leads(database, business.id, 4_500)
    async with Export(trio.Lock(), await database.read(path_of), business.id) as body:
        pieces = [piece async for piece in body]
    assert pieces[:3] == [b" ", b" ", b" "]
    assert pieces[3].startswith(b"{")
    assert [len(piece) for piece in pieces[3:-1]] == [65_536] * (len(pieces) - 4)
    assert len(json.loads(b"".join(pieces))["leads"]) == 4_500


@pytest.mark.parametrize("path", ["/export.json", "/backup.db"])
@pytest.mark.parametrize(
    ("language", "answer"), [("en", "Try again in a minute."), ("he", "הורדה אחרת בהכנה")]
)
async def test_while_a_download_is_prepared_another_is_told_to_wait(
    database, business, path, language, answer
):
    downloads = trio.Lock()
    client = client_of(database, downloads=downloads)
    admin = await sign_in(database, client, business.id, language=language, administrator=True)
    async with downloads:
        page = await admin.get(path)
    assert (page.status, answer in page.text) == (409, True)
    assert answer not in (await admin.get("/settings/data")).text
    content, _ = await download(admin, path)
    assert content


async def test_whoever_leaves_in_the_middle_of_a_download_makes_room_for_the_next(database, business):
    await many_leads(database, business.id, 4_500)
    turn, path = trio.Lock(), await database.read(path_of)
    async with Export(turn, path, business.id) as body:
        assert (await anext(body), turn.locked()) == (b" ", True)
    assert not turn.locked()


async def test_a_backup_is_a_whole_database_and_leaves_nothing_behind(admin, database, business, tmp_path):
    await add_lead(database, business.id)
    before = {path.name for path in tmp_path.iterdir()}
    copy = tmp_path / "copy.db"
    content, name = await download(admin, "/backup.db")
    assert name == 'attachment; filename="frontdesk-20261120T090000Z.db"'
    copy.write_bytes(content)
    with look_at(copy) as conn:
        assert [lead.full_name for lead in leads.every(conn, business.id)] == [HOSTILE]
    assert {path.name for path in tmp_path.iterdir()} - {"copy.db", "copy.db.lock"} == before


async def test_all_businesses_are_in_a_backup_so_owners_get_none(browser):
    assert (await browser.get("/backup.db")).status == 404
    page = await browser.get("/settings/data")
    assert ("Download the data" in page.text, "backup" in page.text) == (True, False)


async def test_an_administrator_is_offered_a_backup(admin):
    assert "Download a backup" in (await admin.get("/settings/data")).text
