"""A peer that reads nothing: its own call ends in time, and a call beside it is not touched.

In real time, over TCP: what is shown here is done by the deadline of what is sent, by the server's own
WebSocket and trio-websocket. The carrier goes on sending its caller's sound; the kernel's own timeout need
not fire then.
"""

import trio

from simulator.caller import (
    HangUp,
    Pause,
    Say,
    Send,
    StallReading,
    UntilBotQuiet,
    UntilBotSpeaks,
    UntilClosed,
)
from simulator.model_script import Call, CloseNow, ModelScript, Reply, Stall
from simulator.tones import murmur
from tests.real import Held, open_desk
from web.twilio import twiml

END_WITHIN_S = 8.0
CUT_WITHIN_S = 6.0  # a carrier that takes nothing, though its caller talks on
NOTICED_S = 1.0  # until a timer, a full buffer or a dead socket is noticed on a busy machine

GREETING = Reply("Demo Dental, how can I help?", murmur(1_200, pitch=180))
HOURS = Reply("We are open from nine to five.", murmur(3_000, pitch=190))
BYE = Reply("Goodbye!", murmur(800, pitch=200), calls=(Call("end_call"),))
# Two minutes, sent in two seconds: a megabyte, of which the kernel takes a part.
ENDLESS = Reply("Well, it all began like this.", murmur(1_000, pitch=210) * 120, pace=60)
ENDLESS_CALLER = Say("Well, it all began like this.", murmur(1_000, pitch=120) * 9)

BYSTANDER = (
    [
        UntilBotSpeaks(100),
        UntilBotQuiet(300),
        Say("When are you open?", murmur(500)),
        UntilBotSpeaks(100),
        UntilBotQuiet(300),
        Say("Thank you. Bye.", murmur(500)),
        UntilClosed(),
    ],
    ModelScript(replies=[GREETING, HOURS, BYE], hears=["When are you open?", "Thank you. Bye."]),
)
SAID = (
    ("bot", GREETING.text),
    ("caller", "When are you open?"),
    ("bot", HOURS.text),
    ("caller", "Thank you. Bye."),
    ("bot", BYE.text),
)


async def place_together(desk, placed):
    """Place all these calls at once: each call by its name, when all are over."""
    over = {}

    async def place(name, *scripts):
        over[name] = await desk.call(*scripts)

    async with trio.open_nursery() as nursery:
        for name, scripts in placed.items():
            nursery.start_soon(place, name, *scripts)
    return over


async def assert_untouched(desk, call):
    account = await desk.account(call)
    assert (account.said, account.heard_whole) == (SAID, (True, True, True))
    assert (account.outcome, account.violations) == (("completed", "the goodbye was heard"), ())
    assert call.carrier.played == GREETING.audio + HOURS.audio + BYE.audio


async def test_a_carrier_that_reads_nothing_delays_the_end_of_its_own_call_only(tmp_path):
    stalled = [UntilBotSpeaks(200), StallReading(), Pause(2_000)]
    talks_on = ModelScript(replies=[ENDLESS])
    dies = ModelScript(replies=[CloseNow(after_ms=1_500, during=ENDLESS)])
    placed = {
        "hangs up": ([*stalled, HangUp()], talks_on),
        "says stop and stays": ([*stalled, Send('{"event": "stop"}'), UntilClosed()], talks_on),
        "stays": ([*stalled, UntilClosed()], talks_on, [[HangUp()]]),
        "stays when the model dies": ([*stalled, UntilClosed()], dies),
    }
    with trio.fail_after(20):
        async with open_desk(tmp_path) as desk:
            before = Held.now()
            over = await place_together(desk, {"bystander": BYSTANDER, **placed})
            assert await before.again() == before
        await assert_untouched(desk, over.pop("bystander"))
        outcomes = {name: (await desk.account(call)).outcome[0] for name, call in over.items()}
        assert outcomes == {
            "hangs up": "caller_hung_up",
            "says stop and stays": "caller_hung_up",
            "stays": "caller_hung_up",
            "stays when the model dies": "model_failed",
        }
    assert {name: len(call.report.carriers) for name, call in over.items()} == {
        "hangs up": 1,
        "says stop and stays": 1,
        "stays": 2,  # their line broke: they come back, and hang up
        "stays when the model dies": 1,
    }
    ended_s = {name: desk.hang_ups_s[call.report.call_sid] for name, call in over.items()}
    for name, call in over.items():
        assert ended_s[name] - call.line_s["stalls"] < END_WITHIN_S, name
    stays = over["stays"].line_s
    assert stays["server closed"] - stays["stalls"] < CUT_WITHIN_S
    # The socket was full, but a send that waits keeps no call from its end.
    assert ended_s["says stop and stays"] - over["says stop and stays"].line_s["stalls"] < 2 + NOTICED_S
    assert {name: call.report.spoken_after for name, call in over.items()} == {
        "hangs up": (),
        "says stop and stays": (),
        "stays": (),
        "stays when the model dies": (twiml.ENGLISH.apology,),
    }


async def test_a_model_that_reads_nothing_costs_its_own_call_only_which_ends_with_an_apology(tmp_path):
    greets = ModelScript(replies=[Stall(after_ms=600, during=GREETING)])
    placed = {
        "the caller waits": ([UntilClosed()], ModelScript(replies=[Stall()])),
        "the caller talks": (
            [UntilBotSpeaks(100), UntilBotQuiet(100), ENDLESS_CALLER, UntilClosed()],
            greets,
        ),
    }
    with trio.fail_after(20):
        async with open_desk(tmp_path) as desk:
            over = await place_together(desk, {"bystander": BYSTANDER, **placed})
        await assert_untouched(desk, over.pop("bystander"))
        details = {name: (await desk.account(call)).outcome for name, call in over.items()}
    assert details == {
        "the caller waits": ("model_failed", "the model did not end a cancelled answer"),
        "the caller talks": ("model_failed", "the model closed the connection: closed with 1006"),
    }
    since = {"the caller waits": "start", "the caller talks": "says"}
    for name, call in over.items():
        took_s = desk.hang_ups_s[call.report.call_sid] - call.line_s[since[name]]
        assert took_s < END_WITHIN_S + NOTICED_S, name
        assert call.report.spoken_after == (twiml.ENGLISH.apology,)
