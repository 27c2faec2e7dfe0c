"""The stream of what happens on live calls: who is let in to it."""

from collections import Counter

import trio

from office.live import MOST_OF_A_BUSINESS
from tests.web.pages.browser import add_business, client_of, sign_in

WATCHING = b": watching\n\n"


async def watch(browser, began, leave, *, task_status):
    """Hold a stream open until it is time to leave; note its status, and whether it began."""
    headers = {"Cookie": f"frontdesk_session={browser._token}"}
    with trio.CancelScope() as watching:
        async with browser._client.request(f"/b/{browser.business_id}/live", headers=headers) as asked:
            await asked.send_complete()
            line = await asked.receive()
            began[browser.business_id, asked.status_code, line == WATCHING] += 1
            task_status.started()
            await leave.wait()
            watching.cancel()


async def test_however_many_of_a_business_come_at_once_only_so_many_watch_and_others_still_can(
    database, business
):
    client = client_of(database)
    ours = await sign_in(database, client, business.id)
    theirs = await sign_in(database, client, await add_business(database), email="b@example.com")
    began, leave = Counter(), trio.Event()
    async with trio.open_nursery() as nursery:
        async with trio.open_nursery() as coming:
            for _ in range(2 * MOST_OF_A_BUSINESS):
                coming.start_soon(nursery.start, watch, ours, began, leave)
        await nursery.start(watch, theirs, began, leave)
        leave.set()
    assert began[business.id, 200, True] == MOST_OF_A_BUSINESS
    assert began.total() == 2 * MOST_OF_A_BUSINESS + 1
    assert began[theirs.business_id, 200, True] == 1
