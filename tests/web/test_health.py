"""What a supervisor is told: what keeps this process from taking calls, and what else is amiss."""

import os
import sqlite3
from functools import partial

import pytest

from engine.switchboard import Switchboard
from storage import businesses, calls, outbox, reached
from tests.office.support import local, public
from tests.storage.conftest import HOUR, NOW, end_call
from tests.web.descriptors import descriptors_for
from web import configuration
from web.app import build_pages
from web.health import Health, descriptors_left, descriptors_problem
from web.reached import setup_of

MODEL = {"OPENAI_API_KEY": "sk-simulated"}
TEXTING = {**MODEL, "TWILIO_ACCOUNT_SID": "AC" + "a1" * 16}
GREEN = dict.fromkeys(("database", "model", "calls", "descriptors", "reached", "last_calls", "texts"), "ok")


async def ready(database, configured):
    """The answer of a server that has just started."""
    health = Health(
        configuration=configured,
        switchboard=Switchboard(max_calls=1),
        database=database,
        now=lambda: NOW + 9 * HOUR,
    )
    response = await build_pages([health.blueprint()]).test_client().get("/readyz")
    return response.status_code, await response.get_json()


@pytest.fixture
async def answering(database, business):
    """A public deployment that lacks nothing."""
    configured = public(**TEXTING)
    await database.write(partial(reached.note, business_id=business.id, setup=setup_of(configured), now=NOW))
    return configured


def ring(conn: sqlite3.Connection, business_id, call_sid, outcome):
    calls.begin(conn, business_id, call_sid=call_sid, caller=None, lead_id=None, started_at=NOW)
    end_call(conn, business_id, call_sid, outcome=outcome)


async def test_all_is_well(database, answering):
    assert await ready(database, answering) == (200, GREEN)


async def test_a_deployment_that_no_call_has_reached_is_ready_for_the_first(database, business):
    assert await ready(database, public(**TEXTING)) == (
        200,
        {**GREEN, "reached": "no signed call has come in yet"},
    )


async def test_calls_that_failed_are_counted_and_the_next_is_still_taken(database, answering, business):
    for number, outcome in enumerate(("model_failed", "model_failed", "completed", "carrier_lost")):
        await database.write(partial(ring, business_id=business.id, call_sid=f"CA{number}", outcome=outcome))
    assert await ready(database, answering) == (200, {**GREEN, "last_calls": "2 of the last 3 failed"})


async def test_texts_that_are_not_sent_are_counted_over_all_businesses(database, answering, business):
    def put(conn: sqlite3.Connection, business_id):
        ring(conn, business_id, "CA1", "completed")
        text = {"kind": "to_owner", "recipient": "+14155550177", "body": "A message.", "now": NOW}
        outbox.put(conn, business_id, call_sid="CA1", **text)

    add = partial(businesses.add, name="Other", number="+14155550101", timezone="UTC", language="en")
    other = await database.write(add)
    for business_id in (business.id, other.id):
        await database.write(partial(put, business_id=business_id))
    assert await ready(database, answering) == (200, {**GREEN, "texts": "2 not sent"})


async def test_no_account_to_send_texts_from_keeps_no_call_from_being_taken(database, answering):
    assert await ready(database, public(**MODEL)) == (
        200,
        {**GREEN, "texts": "TWILIO_ACCOUNT_SID or TWILIO_AUTH_TOKEN is not set"},
    )


async def test_without_a_voice_no_call_is_taken_wherever_it_comes_from(database, business):
    for configured in (local(), public(), configuration.load({})):
        status, parts = await ready(database, configured)
        assert (status, parts["model"]) == (503, "OPENAI_API_KEY is not set")


async def test_too_few_descriptors_for_a_call_are_too_few(database, answering):
    await ready(database, answering)  # the readers have opened the file
    with descriptors_for(7):
        assert await ready(database, answering) == (
            503,
            {**GREEN, "descriptors": "7 left, a call takes 8"},
        )
    assert await ready(database, answering) == (200, GREEN)


def test_descriptors_are_counted_as_files_are_opened_and_none_left_is_none():
    with descriptors_for(2):
        opened = [os.open("/dev/null", os.O_RDONLY)]
        counted = [descriptors_left()]
        opened.append(os.open("/dev/null", os.O_RDONLY))
        counted.append(descriptors_left())
        for descriptor in opened:
            os.close(descriptor)
    assert counted == [1, 0]
    assert [descriptors_problem(left) for left in (None, 8, 0)] == [None, None, "0 left, a call takes 8"]
