"""One booking over three kinds of socket, and what a call over real ones leaves behind: nothing."""

import logging
from functools import partial

import pytest
import trio
from trio.testing import MockClock

from rehearsal.rig import CALL_SID
from rehearsal.sweep import Steps, run_once
from simulator.caller import Die, HangUp, UntilBotSpeaks, UntilClosed
from simulator.model_script import Abort, Call, CloseNow, ModelScript, Reply
from simulator.tones import murmur
from tests import booking
from tests.real import (
    Account,
    Held,
    account,
    add_business,
    open_booking_office,
    open_desk,
    place_over_streams,
)
from tests.sweep import BookingRuns

NINE, HALF_PAST, TEN = ("2026-11-23T08:00:00Z", "2026-11-23T08:30:00Z", "2026-11-23T09:00:00Z")

BOOKED = Account(
    said=(
        ("bot", booking.GREETING.text),
        ("caller", "I need an appointment on Monday."),
        ("bot", "I have nine, nine thirty or ten."),
        ("caller", "Nine please, my name is Ada."),
        ("bot", "You are booked. Goodbye!"),
    ),
    heard_whole=(True, False, True),
    tools=(
        ("find_available_slots", "ok"),
        ("update_lead_details", "ok"),
        ("create_appointment", "ok"),
        ("end_call", "ok"),
    ),
    results=(
        {
            "slots": [
                {"slot_start": NINE, "say": "Monday 23 November at 9:00"},
                {"slot_start": HALF_PAST, "say": "Monday 23 November at 9:30"},
                {"slot_start": TEN, "say": "Monday 23 November at 10:00"},
            ],
            "say": "These times are free: Monday 23 November at 9:00, 9:30 or 10:00.",
        },
        {"status": "ok", "say": "Noted."},
        {"status": "ok", "starts_at": NINE, "say": "Booked for Monday 23 November at 9:00."},
        {"status": "ok"},
    ),
    lead=("Ada Lovelace", booking.CALLER),
    appointments=((NINE, booking.NOTES, "booked", True),),
    outcome=("completed", "the goodbye was heard"),
    ended_by="server",
    close_code=1000,
    violations=(),
)


def test_a_booking_over_memory_channels_comes_to_its_rows_and_words(tmp_path):
    placed = run_once(BookingRuns(tmp_path), Steps(), seed=0)
    read = partial(account, tmp_path / "run.db", CALL_SID, carrier=placed.carrier, model=placed.model)
    assert trio.run(read) == BOOKED


def test_a_booking_over_memory_streams_with_websocket_framing_comes_to_the_same(tmp_path):
    path = tmp_path / "frontdesk.db"

    async def place():
        async with open_booking_office(path) as (_, office):
            with trio.fail_after(60):
                return await place_over_streams(booking.caller(), booking.model(), office=office)

    trio.run(add_business, path)
    carrier, model = trio.run(place, clock=MockClock(autojump_threshold=0))
    assert trio.run(partial(account, path, CALL_SID, carrier=carrier, model=model)) == BOOKED


async def test_a_booking_over_tcp_and_the_real_server_comes_to_the_same(tmp_path):
    with trio.fail_after(20):
        async with open_desk(tmp_path, now=lambda: booking.NOW) as desk:
            call = await desk.call(booking.caller(), booking.model())
        assert await desk.account(call) == BOOKED


# What is left afterwards

LONG = Reply("We are open from nine to five.", murmur(3_000, pitch=190))
ENDS = {
    "the bot hangs up": (
        [UntilBotSpeaks(100), UntilClosed()],
        Reply("Goodbye!", murmur(400, pitch=200), calls=(Call("end_call"),)),
    ),
    "the caller hangs up": ([UntilBotSpeaks(300), HangUp()], LONG),
    "the line dies": ([UntilBotSpeaks(300), Die()], LONG),
    "the model hangs up": ([UntilClosed()], CloseNow(after_ms=500, during=LONG)),
    "the model dies": ([UntilClosed()], Abort(after_ms=500, during=LONG)),
}
LINE_ENDS = ("server closed", "hangs up", "line cut")
AT_ONCE_S = 0.050


@pytest.mark.parametrize(("steps", "reply"), ENDS.values(), ids=ENDS.keys())
async def test_a_call_that_is_over_has_closed_both_sockets_and_left_nothing(steps, reply, tmp_path, caplog):
    caplog.set_level(logging.INFO, "web.server")
    with trio.fail_after(20):
        async with open_desk(tmp_path) as desk:
            before = Held.now()
            call = await desk.call(steps, ModelScript(replies=[reply]))
            assert await before.again() == before
    (line_closed_s,) = (call.line_s[kind] for kind in LINE_ENDS if kind in call.line_s)
    (model_closed_s,) = desk.models_closed_s
    ends_s = (line_closed_s, model_closed_s, desk.hang_ups_s[call.report.call_sid])
    assert max(ends_s) - min(ends_s) < AT_ONCE_S
    assert [model.closed is not None for model in desk.model_server.models] == [True]
    # A server that is stopped while somebody is on the line would say that it is draining.
    said = [record.getMessage() for record in caplog.records if record.name == "web.server"]
    assert said == [
        f"listening on {desk.url} (this machine only: TWILIO_AUTH_TOKEN is not set, so nothing is checked)",
        "stopped",
    ]
