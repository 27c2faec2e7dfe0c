"""The pages' telephone takes the path of Twilio's calls: the same turns and rows, and a door of its own."""

import secrets
from functools import partial

import httpx2
import pytest
import trio
from attrs import evolve

from simulator.caller import Die, UntilBotSpeaks, UntilClosed
from simulator.carrier import Carrier
from simulator.model_script import ModelScript, Reply
from simulator.tones import murmur
from simulator.websocket import UpgradeRefused, connect_websocket
from storage import appointments, calls, leads
from storage.database import open_database
from tests import booking
from tests.owned import OTHER_ID, SAME_ORIGIN, Owners, desk
from tests.real import BUSINESS_ID, account
from tests.test_whole_call import BOOKED

LONG = ModelScript(replies=[Reply("We are open from nine to five.", murmur(5_000, pitch=190))])


@pytest.fixture
def owner():
    return Owners()


async def permission(url, cookie, business_id=BUSINESS_ID):
    """What the page is given to place one call with."""
    async with httpx2.AsyncClient(trust_env=False) as browser:
        path = f"{url}/b/{business_id}/telephone/calls"
        answer = await browser.post(path, headers={"Cookie": cookie, **SAME_ORIGIN}, data={})
    return answer.json() if answer.status_code == 200 else answer.status_code


async def place(desk, cookie, given, steps, *, url=None, origin=None, on_event=None):
    """The page's half of a call, from the upgrade to its end."""
    headers = {"Cookie": cookie, "Origin": origin or desk.url}
    async with connect_websocket(url or given["url"], headers) as transport:
        carrier = Carrier(
            transport=transport,
            script=steps,
            call_sid=given["callSid"],
            stream_sid=given["streamSid"],
            parameters={"token": given["token"]},
            on_event=on_event,
        )
        await carrier.run()
    return carrier


async def test_the_same_caller_comes_to_the_same_turns_and_rows_as_by_twilio(tmp_path, owner):
    with trio.fail_after(20):
        async with desk(tmp_path, owner) as running:
            given = await permission(running.url, owner.ours)
            async with running.model_of_next(booking.model()):
                carrier = await place(running, owner.ours, given, booking.caller())
            model = running.model_server.models[-1]
        got = await account(running.path, given["callSid"], carrier=carrier, model=model)
    assert got == evolve(BOOKED, lead=("Ada Lovelace", None))


async def test_a_test_call_keeps_nobody_from_its_time_and_stands_in_no_list_but_that_of_calls(
    tmp_path, owner
):
    with trio.fail_after(20):
        async with desk(tmp_path, owner) as running:
            given = await permission(running.url, owner.ours)
            async with running.model_of_next(booking.model()):
                await place(running, owner.ours, given, booking.caller())
            real = await running.call(booking.caller(), booking.model())
    async with open_database(running.path) as database:
        recent = await database.read(partial(calls.recent, business_id=BUSINESS_ID, limit=9))
        every = await database.read(partial(leads.every, business_id=BUSINESS_ID))
        day = {"since": booking.NOW, "until": booking.NOW.replace(month=12)}
        booked = await database.read(partial(appointments.between, business_id=BUSINESS_ID, **day))
    assert {(call.call_sid, call.test) for call in recent} == {
        (given["callSid"], True),
        (real.report.call_sid, False),
    }
    assert [lead.phone for lead in every] == [booking.CALLER]
    assert [(each.call_sid, each.test) for each in booked] == [(real.report.call_sid, False)]


async def test_a_page_that_is_closed_in_mid_call_ends_the_call(tmp_path, owner):
    with trio.fail_after(20):
        async with desk(tmp_path, owner) as running:
            given = await permission(running.url, owner.ours)
            async with running.model_of_next(LONG):
                await place(running, owner.ours, given, [UntilBotSpeaks(200), Die()])
            closed_s = trio.current_time()
        # The desk is left when nobody is on the line.
        assert running.hang_ups_s[given["callSid"]] - closed_s < 2


async def test_an_owner_hangs_a_live_call_up_and_another_cannot(tmp_path, owner):
    async def press(cookie, business_id):
        async with httpx2.AsyncClient(trust_env=False) as browser:
            path = f"{running.url}/b/{business_id}/live/{given['callSid']}/hang-up"
            return (await browser.post(path, headers={"Cookie": cookie, **SAME_ORIGIN}, data={})).status_code

    def heard(moment):
        if moment.kind == "bot speaks":
            speaking.set()

    async def hang_up():
        await speaking.wait()
        pressed.append(await press(owner.theirs, BUSINESS_ID))
        pressed.append(await press(owner.theirs, OTHER_ID))
        pressed.append(await press(owner.ours, BUSINESS_ID))

    pressed, speaking = [], trio.Event()
    with trio.fail_after(20):
        async with desk(tmp_path, owner) as running:
            given = await permission(running.url, owner.ours)
            async with running.model_of_next(LONG), trio.open_nursery() as nursery:
                nursery.start_soon(hang_up)
                await place(running, owner.ours, given, [UntilClosed()], on_event=heard)
    assert pressed == [404, 404, 303]
    async with open_database(running.path) as database:
        assert await database.read(partial(calls.outcome, call_sid=given["callSid"])) == "owner_hung_up"


async def test_who_is_not_signed_in_here_or_comes_from_elsewhere_is_not_let_in(tmp_path, owner):
    with trio.fail_after(20):
        async with desk(tmp_path, owner) as running:
            given = await permission(running.url, owner.ours)
            for cookie, origin in (
                ("", None),
                ("frontdesk_session=unknown", None),
                (owner.ours, "https://evil.example"),
                (owner.ours, "null"),
            ):
                with pytest.raises(UpgradeRefused):
                    await place(running, cookie, given, [UntilClosed()], origin=origin)
            assert await permission(running.url, "") == 303
            assert await permission(running.url, owner.theirs) == 404
            assert running.model_server.models == []


async def test_a_token_lets_one_call_in_at_one_door_for_one_session(tmp_path, owner):
    async def refused(given, cookie=owner.ours, **more):
        return (await place(running, cookie or owner.ours, given, [UntilClosed()], **more)).close_code

    with trio.fail_after(20):
        async with desk(tmp_path, owner) as running:
            twilios = running.url.replace("http", "ws") + "/twilio/media"
            used = await permission(running.url, owner.ours)
            async with running.model_of_next(LONG):
                await place(running, owner.ours, used, [UntilBotSpeaks(100), Die()])
            assert await refused(used) == 1008
            assert await refused(await permission(running.url, owner.ours), owner.theirs) == 1008
            given = await permission(running.url, owner.ours)
            assert await refused({**given, "callSid": f"CA{secrets.token_hex(16)}"}) == 1008
            assert await refused(await permission(running.url, owner.ours), url=twilios) == 1008
            assert await refused({**given, "token": "none"}) == 1008
            assert len(running.model_server.models) == 1
