"""Tools of a deployment's own, from an installed distribution and from the variable, in served calls."""

import httpx2
import pytest
import trio

from simulator import Call, ModelScript, Reply, UntilBotSpeaks, UntilClosed, murmur
from tests import booking
from tests.owned import Owners, desk
from tests.plugged import BAKERY, WEATHER, install, on_the_path
from tests.real import BUSINESS_ID
from tests.web.command_line import error, frontdesk

ASKS = Reply(calls=(Call("look_up_order", {"number": 7}), Call("will_it_rain"), Call("will_it_snow")))
MODEL = ModelScript(
    replies=[
        Reply("Hello?", murmur(300, pitch=180)),
        ASKS,
        Reply("It is ready. Goodbye!", murmur(400, pitch=200), calls=(Call("end_call"),)),
    ],
    hears=["Is my bread ready, and will it rain?"],
)


@pytest.fixture
def installed(tmp_path):
    install(tmp_path / "site", "bakery", BAKERY, bread="bakery:TOOLS")
    install(tmp_path / "site", "weather", WEATHER)
    with on_the_path(tmp_path / "site"):
        yield


async def test_a_call_has_the_tools_of_strangers_and_goes_on_whatever_they_do(tmp_path, installed):
    owner = Owners()
    with trio.fail_after(20):
        async with desk(tmp_path, owner, FRONTDESK_TOOLS="weather:both") as running:
            call = await running.call([*booking.caller()[:3], UntilBotSpeaks(100), UntilClosed()], MODEL)
            async with httpx2.AsyncClient(trust_env=False) as browser:
                path = f"{running.url}/b/{BUSINESS_ID}/calls/{call.report.call_sid}"
                page = await browser.get(path, headers={"Cookie": owner.ours})
        came_to = await running.account(call)
    assert came_to.tools == (
        ("look_up_order", "ok"),
        ("will_it_rain", "error"),
        ("will_it_snow", "timeout"),
        ("end_call", "ok"),
    )
    assert came_to.results[0] == {
        "status": "ok",
        "say": f"Demo Dental: order 7 of {booking.CALLER} is ready.",
    }
    assert (came_to.outcome, came_to.violations) == (("completed", "the goodbye was heard"), ())
    assert page.status_code == 200
    assert [name in page.text for name in ("look_up_order", "will_it_rain", "will_it_snow")] == [True] * 3


def test_the_server_does_not_start_with_a_tool_that_no_call_could_have(tmp_path, installed):
    install(tmp_path / "site", "late", BAKERY.replace("look_up_order", "take_message"))
    path = tmp_path / "frontdesk.db"
    code, said = error(frontdesk("serve", "--new", "--port", "0", "--database", path, FRONTDESK_TOOLS="late"))
    assert (code, said.partition(": give ")[0]) == (
        1,
        "FRONTDESK_TOOLS=late: the tool 'take_message' has a name that another tool has",
    )
    assert not path.exists()


def test_the_doctor_names_the_tools_and_what_is_wrong_with_one(tmp_path, installed):
    def says(**environment):
        return frontdesk("doctor", "--database", tmp_path / "x.db", **environment)[1].splitlines()

    notes = [line for line in says(FRONTDESK_TOOLS="weather:both") if line.startswith("note: calls have")]
    assert notes == [
        "note: calls have will_it_rain, will_it_snow from FRONTDESK_TOOLS=weather:both",
        "note: calls have look_up_order from the entry point bread = bakery:TOOLS",
    ]
    nowhere = (
        "FRONTDESK_TOOLS=nowhere cannot be loaded (No module named 'nowhere'): install it, or take it out"
    )
    assert f"missing: {nowhere}" in says(FRONTDESK_TOOLS="nowhere")
