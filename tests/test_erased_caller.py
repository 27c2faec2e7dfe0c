"""A caller who gave a name, left a message and was recorded is erased: nothing is left on the disk."""

import datetime as dt
import json
import os
import re
import subprocess
import sys
from contextlib import asynccontextmanager
from functools import partial

import httpx2
import pytest
import trio

from engine.prompt import notice
from office import recordings
from simulator.caller import Say, UntilBotQuiet, UntilBotSpeaks, UntilClosed
from simulator.model_script import Call, ModelScript, Reply
from simulator.model_server import serve_model
from simulator.phone import place_call
from simulator.tones import murmur
from storage import businesses
from storage.database import open_database
from tests import booking
from tests.owned import SAME_ORIGIN, Owners
from tests.real import BUSINESS_ID, add_business, open_desk

CALLER, CALL_SID = "+14155559173", "CAzebulon"
SAYS, MESSAGE = "My boiler has burst, I am Zebulon Qu\u00e1rk.", "Zebulon's cellar is under water."
DETAILS = {"full_name": "Zebulon Qu\u00e1rk", "email": "zebulon@example.com", "callback_phone": CALLER}
MODEL = ModelScript(
    replies=[
        Reply(f"{notice.standard('en', recorded=True)} Hello.", murmur(200, pitch=180)),
        Reply(
            calls=(
                Call("update_lead_details", DETAILS),
                Call("take_message", {"text": MESSAGE, "callback_phone": CALLER}),
            )
        ),
        Reply("I will tell them, Zebulon. Goodbye!", murmur(200, pitch=190), calls=(Call("end_call"),)),
    ],
    hears=[SAYS],
)
STEPS = [UntilBotSpeaks(100), UntilBotQuiet(100), Say(SAYS, murmur(400)), UntilClosed()]
NEEDLES = ("Zebulon", "Qu\u00e1rk", "zebulon@example.com", "boiler", "cellar", CALLER, CALLER[1:], CALL_SID)


def found_in(folder, needles=NEEDLES):
    """Which of these words stand in the files there, byte for byte, as text, as JSON or in names."""
    return {
        needle
        for path in folder.rglob("*")
        for needle in needles
        for written in (needle.encode(), json.dumps(needle)[1:-1].encode(), needle.encode("utf-16-le"))
        if written in path.name.encode() or (path.is_file() and written in path.read_bytes())
    }


async def recorded(path):
    """Return once the call's file is there: it is written after the line is closed and the record stands."""
    for _ in range(500):
        if [*recordings.folder_of(path).glob("*.jsonl")]:
            return
        await trio.sleep(0.02)


@pytest.fixture
def owner():
    return Owners()


async def record_calls(path):
    keep = partial(businesses.change, business_id=BUSINESS_ID, owner_phone="+14155550144", keeps_audio=True)
    async with open_database(path) as database:
        await database.write(keep)


async def test_an_erased_caller_is_on_no_page_and_no_byte_of_the_disk_while_the_server_runs(tmp_path, owner):
    async def prepare(path):
        await owner.write(path)
        await record_calls(path)

    with trio.fail_after(30):
        async with (
            open_desk(tmp_path, now=lambda: booking.NOW, prepare=prepare) as running,
            running.model_of_next(MODEL),
            httpx2.AsyncClient(trust_env=False) as browser,
        ):
            line = {"called": booking.NUMBER, "caller": CALLER, "call_sid": CALL_SID}
            await place_call(running.url, STEPS, **line)
            await recorded(running.path)
            before = found_in(tmp_path)
            headers = {"Cookie": owner.ours, **SAME_ORIGIN}
            at = f"{running.url}/b/{BUSINESS_ID}"
            answer = await browser.post(f"{at}/settings/erase/now", headers=headers, data={"phone": CALLER})
            shown = [
                (await browser.get(f"{at}/{page}", headers=headers)).text
                for page in ("today", "calls", "messages", "calls?words=Zebulon", f"calls/{CALL_SID}")
            ]
            after = found_in(tmp_path)
    assert (before, answer.status_code, after) == (set(NEEDLES), 303, set())
    assert [re.findall(r"boiler|cellar|Qu\u00e1rk|9173", page) for page in shown] == [[]] * 5
    assert found_in(tmp_path) == set()


async def read_on(stream):
    async for _ in stream:
        pass


@asynccontextmanager
async def process_of(path):
    """A server in a process of its own, and its URL; killed in the end, if it still runs."""
    async with trio.open_nursery() as nursery:
        model = await nursery.start(serve_model, MODEL)
        environment = {
            "PATH": os.environ["PATH"],
            "FRONTDESK_REALTIME_URL": model.url,
            "OPENAI_API_KEY": "sk-simulated",
            "FRONTDESK_DETECTOR": "level",
        }
        command = [sys.executable, "-m", "web", "serve", "--port", "0", "--database", path]
        run = partial(trio.run_process, command, env=environment, check=False)
        process = await nursery.start(partial(run, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE))
        said = b""
        while not (url := re.search(rb"listening on (http://\S+) ", said)):
            said += await process.stderr.receive_some()
        nursery.start_soon(read_on, process.stderr)
        yield process, url[1].decode()
        process.kill()
        await process.wait()
        nursery.cancel_scope.cancel()


async def test_a_caller_without_a_number_is_on_no_byte_of_the_disk_when_the_server_is_killed_upon_the_erase(
    tmp_path, owner
):
    path = tmp_path / "frontdesk.db"
    await add_business(path)
    await owner.write(path, dt.datetime.now(dt.UTC))  # a process has no other clock
    await record_calls(path)
    with trio.fail_after(30):
        async with process_of(path) as (process, url), httpx2.AsyncClient(trust_env=False) as browser:
            await place_call(url, STEPS, called=booking.NUMBER, caller="anonymous", call_sid=CALL_SID)
            await recorded(path)
            before = found_in(tmp_path)
            erase = f"{url}/b/{BUSINESS_ID}/calls/{CALL_SID}/erase"
            answer = await browser.post(erase, headers={"Cookie": owner.ours, **SAME_ORIGIN})
            process.kill()
            await process.wait()
    assert (before, answer.status_code, found_in(tmp_path)) == (set(NEEDLES), 303, set())
    async with open_database(path) as database:
        tables = ("calls", "leads", "outbox", "messages")
        count = " UNION ALL ".join(f"SELECT count(*) FROM {table}" for table in tables)
        rows = await database.read(lambda conn: [row[0] for row in conn.execute(count)])
    assert (rows, found_in(tmp_path)) == ([0, 0, 0, 0], set())
