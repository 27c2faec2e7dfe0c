"""An owner changes what decides about privacy while a caller is on the line: it counts at once."""

from functools import partial

import httpx2
import trio

from engine.prompt import notice
from office import recordings
from simulator.caller import Say, UntilBotQuiet, UntilBotSpeaks, UntilClosed
from simulator.model_script import Call, ModelScript, Reply
from simulator.phone import place_call
from simulator.tones import murmur
from storage import businesses, calls
from storage.database import open_database
from tests import booking
from tests.owned import SAME_ORIGIN, Owners
from tests.real import BUSINESS_ID, open_desk

BEFORE, AFTER = "+14155550144", "+14155550145"
ASKS = "Tell them to ring me."
MODEL = ModelScript(
    replies=[
        Reply(f"{notice.standard('en', recorded=True)} Hello.", murmur(400, pitch=180)),
        Reply(calls=(Call("take_message", {"text": "Ring me."}),)),
        Reply("I will tell them.", murmur(800, pitch=190)),
    ],
    hears=[ASKS],
)
CALLER = [UntilBotSpeaks(100), UntilBotQuiet(100), Say(ASKS, murmur(400)), UntilClosed()]
SETTINGS = {"name": "Demo Dental", "timezone": "Europe/Berlin", "owner_phone": AFTER, "retention_days": "0"}


def left(conn, call_sid):
    told = conn.execute("SELECT recipient FROM outbox").fetchall()
    return calls.outcome(conn, call_sid), [row["recipient"] for row in told]


async def test_the_text_goes_to_the_new_number_and_what_is_recorded_no_more_is_not_kept(tmp_path):
    owner, answers, spoke = Owners(), [], []

    async def prepare(path):
        await owner.write(path)
        records = partial(businesses.change, business_id=BUSINESS_ID, owner_phone=BEFORE, keeps_audio=True)
        async with open_database(path) as database:
            await database.write(records)

    async def change(url):
        async with httpx2.AsyncClient(trust_env=False) as browser:
            for path, form in (("settings", SETTINGS), ("live/CA1/hang-up", {})):
                headers = {"Cookie": owner.ours, **SAME_ORIGIN}
                at = f"{url}/b/{BUSINESS_ID}/{path}"
                answers.append((await browser.post(at, headers=headers, data=form)).status_code)

    with trio.fail_after(20):
        async with (
            open_desk(tmp_path, now=lambda: booking.NOW, prepare=prepare) as running,
            trio.open_nursery() as nursery,
        ):

            def observe(moment):
                if moment.kind == "bot speaks":
                    spoke.append(moment)
                    if len(spoke) == 2:  # the message is taken
                        nursery.start_soon(change, running.url)

            async with running.model_of_next(MODEL):
                await place_call(
                    running.url,
                    CALLER,
                    called=booking.NUMBER,
                    caller=booking.CALLER,
                    call_sid="CA1",
                    on_event=observe,
                )

    assert answers == [303, 303]
    async with open_database(running.path) as database:
        assert await database.read(partial(left, call_sid="CA1")) == ("owner_hung_up", [AFTER])
    assert not recordings.folder_of(running.path).exists()
