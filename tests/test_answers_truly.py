"""Whether callers are answered, as the owner's page and /readyz say it around real calls."""

import re

import httpx2
import trio

from simulator.caller import HangUp, UntilBotQuiet, UntilBotSpeaks, UntilClosed
from simulator.model_script import CloseNow, ModelScript
from storage import reached
from storage.database import open_database
from storage.records import Reached
from tests import booking
from tests.office.support import public
from tests.owned import OTHER_ID, Owners
from tests.real import BUSINESS_ID, open_desk
from web.pages.requests import cookie_name
from web.reached import setup_of

HEARS = ([UntilBotSpeaks(100), UntilBotQuiet(100), HangUp()], ModelScript(replies=[booking.GREETING]))
BREAKS = ([UntilClosed()], ModelScript(replies=[CloseNow()]))
STATUS = re.compile(r'<div class="status (\w+)"[^>]*>\s*<p><strong>(.*?)</strong>', re.DOTALL)
LOOKS = 500  # at the page, until the call's record is written
NO_CALL = ("warn", "No call has come in yet. Call it once to check.")
ANSWERING = ("good", "Answering calls to +1 5550100")
FAILED = ("bad", "The last call, at 16:00, failed.")


async def asked(url, **more):
    """The answer to one request, on a connection of its own."""
    async with httpx2.AsyncClient(trust_env=False) as client:
        return await client.get(url, **more)


async def today(running, cookie, business_id=BUSINESS_ID, *, after=None):
    """The colour and the words of the bar on Today; `after` that call has ended."""
    signed_in = {"Cookie": f"{cookie_name(public())}={cookie.partition('=')[2]}"}
    for _ in range(LOOKS):
        page = await asked(f"{running.url}/b/{business_id}/today", headers=signed_in)
        if after is None or (after.report.call_sid in page.text and "Live" not in page.text):
            break
    tone, said = STATUS.search(page.text).groups()
    return tone, re.sub(r"<[^>]+>", "", said).strip()


async def test_today_says_what_the_last_calls_have_shown_and_readyz_is_green_throughout(tmp_path):
    owner = Owners()
    with trio.fail_after(30):
        async with open_desk(tmp_path, now=lambda: booking.NOW, signed=True, prepare=owner.write) as running:
            told, ready = [await today(running, owner.ours)], []
            for call in (HEARS, BREAKS, HEARS):
                told.append(await today(running, owner.ours, after=await running.call(*call)))
                ready.append((await asked(f"{running.url}/readyz")).status_code)
            theirs = await today(running, owner.theirs, OTHER_ID)
    assert told == [NO_CALL, ANSWERING, FAILED, ANSWERING]
    assert (theirs, ready) == (NO_CALL, [200, 200, 200])
    async with open_database(tmp_path / "frontdesk.db") as database:
        known = await database.read(lambda conn: reached.get(conn, BUSINESS_ID, setup_of(public())))
    assert known == Reached(came_at=booking.NOW, heard_at=booking.NOW)


async def test_calls_within_this_machine_show_nothing_of_the_way_from_outside(tmp_path):
    owner = Owners()
    with trio.fail_after(30):
        async with open_desk(tmp_path, now=lambda: booking.NOW, prepare=owner.write) as running:
            await running.call(*HEARS)
            page = await asked(f"{running.url}/b/{BUSINESS_ID}/today", headers={"Cookie": owner.ours})
    assert "This server isn't connected to a phone number yet." in page.text.replace("&#39;", "'")
    assert "Answering calls" not in page.text
