"""A live call as its owner's page watches it, over real sockets."""

import json
import re
from urllib.parse import urlsplit

import trio

from simulator.caller import HangUp, UntilBotQuiet, UntilBotSpeaks
from tests import booking
from tests.owned import OTHER_ID, Owners, desk
from tests.real import BUSINESS_ID

_EVENT = re.compile(r"id: (\d+)\nevent: event\ndata: (.*)\n\n")


async def told(url, cookie, business_id, *, until=None, query="after=0", headers=()):
    """The events of a watch, up to the first of that kind, or to the end of the stream; or the status.

    By hand: each event is a chunk of its own, and what stands between the chunks is no line of an event.
    """
    at = urlsplit(url)
    asked = [
        f"GET /b/{business_id}/live?{query} HTTP/1.1",
        f"Host: {at.netloc}",
        f"Cookie: {cookie}",
        *headers,
        "Connection: close",
    ]
    got, text = [], ""
    async with await trio.open_tcp_stream(at.hostname, at.port) as stream:
        await stream.send_all("\r\n".join([*asked, "", ""]).encode())
        async for part in stream:
            text += part.decode()
            got = [(int(number), json.loads(data)) for number, data in _EVENT.findall(text)]
            if not text.startswith("HTTP/1.1 200") or (got and got[-1][1]["kind"] == until):
                break
    return got if "text/event-stream" in text else int(text.split()[1])


async def test_a_watcher_hears_a_call_line_by_line_and_what_was_missed(tmp_path):
    owner, watched = Owners(), []

    async def watch(running):
        watched.extend(await told(running.url, owner.ours, BUSINESS_ID, until="hang_up"))

    with trio.fail_after(20):
        async with desk(tmp_path, owner) as running:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(watch, running)
                call = await running.call(
                    [UntilBotSpeaks(100), UntilBotQuiet(100), HangUp()], booking.model()
                )
            again = await told(
                running.url,
                owner.ours,
                BUSINESS_ID,
                until="hang_up",
                query="",
                headers=[f"Last-Event-ID: {watched[2][0]}"],
            )
            assert await told(running.url, "", BUSINESS_ID) == 303
            assert await told(running.url, owner.theirs, BUSINESS_ID) == 404
    assert {event["call_sid"] for _, event in watched} == {call.report.call_sid}
    kinds = [event["kind"] for _, event in watched]
    assert (kinds[0], kinds[-1]) == ("call_started", "hang_up")
    assert ("bot_said", booking.GREETING.text) in [
        (event["kind"], event["fields"].get("text")) for _, event in watched
    ]
    assert again == watched[3:]


async def test_a_watcher_of_another_business_hears_nothing_and_a_stop_ends_the_watch(tmp_path):
    owner, theirs = Owners(), []

    async def watch(url):
        theirs.append(await told(url, owner.theirs, OTHER_ID))

    with trio.fail_after(20):
        async with trio.open_nursery() as nursery, desk(tmp_path, owner) as running:
            url = running.url
            nursery.start_soon(watch, url)
            await running.call([UntilBotSpeaks(100), HangUp()], booking.model())
    assert theirs == [[]]
