"""The carrier under the virtual clock: its pace, its script, its account."""

import base64
import json
from contextlib import suppress

import pytest
import trio

from simulator.caller import (
    Die,
    HangUp,
    HearFor,
    HearOut,
    Pause,
    Press,
    Said,
    Say,
    Send,
    StallReading,
    StopSending,
    UntilBotQuiet,
    UntilBotSpeaks,
    UntilClosed,
)
from simulator.carrier import Carrier
from simulator.mulaw import silence
from simulator.timeline import Moment
from simulator.tones import murmur
from simulator.transport import TransportClosed, memory_pair
from tests.simulator.support import clear, mark, media


async def ring(script, serve=None, *, capacity=64, **fields):
    """Carry one call; `serve(transport)` is the server, by default one that only listens."""
    ours, theirs = memory_pair(capacity)
    carrier = Carrier(transport=ours, script=script, **fields)
    arrived = []

    async def listen():
        try:
            while True:
                message = await theirs.receive()
                arrived.append((round((trio.current_time() - began) * 1000), message))
        except TransportClosed as closed:
            arrived.append(closed.code)

    began = trio.current_time()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(listen)
        if serve is not None:
            nursery.start_soon(serve, theirs)
        with trio.fail_after(3_600):
            await carrier.run()
        nursery.cancel_scope.deadline = trio.current_time() + 1
    return carrier, arrived


def events(arrived):
    return [
        (at_ms, json.loads(text)) for at_ms, text in (entry for entry in arrived if entry.__class__ is tuple)
    ]


def frames(arrived):
    return [
        (at_ms, base64.b64decode(event["media"]["payload"]))
        for at_ms, event in events(arrived)
        if event["event"] == "media"
    ]


async def test_a_call_begins_and_ends_as_twilios_does(autojump_clock):
    _, arrived = await ring([Pause(40), HangUp()], parameters={"token": "t"})
    assert [event["event"] for _, event in events(arrived)] == [
        *("connected", "start", "media", "media", "stop")
    ]
    assert [event.get("sequenceNumber") for _, event in events(arrived)] == [None, "1", "2", "3", "4"]
    assert events(arrived)[1][1]["start"]["customParameters"] == {"token": "t"}
    assert arrived[-1] == 1000


async def test_a_frame_leaves_every_20_ms_to_the_millisecond(autojump_clock):
    _, arrived = await ring([Pause(60_000)])
    assert [at_ms for at_ms, _ in frames(arrived)] == list(range(20, 60_020, 20))
    assert {audio for _, audio in frames(arrived)} == {silence(20)}


async def test_chunks_count_media_and_timestamps_say_when_a_frame_began(autojump_clock):
    _, arrived = await ring([Pause(20), Press("5"), Pause(20)])
    bodies = [event["media"] for _, event in events(arrived) if event["event"] == "media"]
    assert [(body["chunk"], body["timestamp"]) for body in bodies] == [("1", "0"), ("2", "20")]
    numbers = [event.get("sequenceNumber") for _, event in events(arrived)]
    assert numbers == [None, "1", "2", "3", "4", "5"]


async def test_what_is_said_goes_out_frame_by_frame_padded_with_silence(autojump_clock):
    words = murmur(50)
    carrier, arrived = await ring([Pause(20), Say("hello", words)])
    assert b"".join(audio for _, audio in frames(arrived)) == silence(20) + words + silence(10)
    assert carrier.said == [Said(40, 100, "hello")]


async def test_a_line_that_stops_sending_goes_on_at_the_right_time(autojump_clock):
    _, arrived = await ring([Pause(20), StopSending(200), Pause(20)])
    assert [at_ms for at_ms, _ in frames(arrived)] == [20, 240]
    timestamps = [event["media"]["timestamp"] for _, event in events(arrived) if event["event"] == "media"]
    assert timestamps == ["0", "220"]


async def test_what_the_server_sends_is_heard_and_its_marks_come_back_when_due(autojump_clock):
    voice = murmur(1_000, pitch=190)

    async def serve(theirs):
        await trio.sleep(0.05)
        await theirs.send(media(voice[:4_000]))
        await theirs.send(mark("half"))
        await theirs.send(media(voice[4_000:]))
        await theirs.send(mark("all"))

    carrier, arrived = await ring([UntilBotSpeaks(100), UntilBotQuiet(500)], serve)
    assert carrier.heard == ((50, voice),)
    assert carrier.marks == [(550, "half"), (1_050, "all")]
    echoed = [(at_ms, event["mark"]) for at_ms, event in events(arrived) if event["event"] == "mark"]
    assert echoed == [(550, {"name": "half"}), (1_050, {"name": "all"})]
    assert carrier.violations == []


async def test_a_clear_silences_the_bot_and_sends_every_mark_back_at_once(autojump_clock):
    voice = murmur(1_000)

    async def serve(theirs):
        await theirs.send(media(voice))
        await theirs.send(mark("all"))
        await trio.sleep(0.25)
        await theirs.send(clear())
        await theirs.send(mark("after"))

    carrier, _ = await ring([Pause(600)], serve)
    assert carrier.played == voice[: 240 * 8]
    assert carrier.marks == [(250, "all"), (250, "after")]
    assert carrier.clears_ms == [250]


async def test_until_bot_speaks_waits_for_an_unbroken_stretch(autojump_clock):
    async def serve(theirs):
        await theirs.send(media(murmur(100)))
        await trio.sleep(0.5)
        await theirs.send(media(murmur(2_000)))

    carrier, _ = await ring([UntilBotSpeaks(300)], serve)
    assert carrier.ended_ms == 800


async def test_a_wait_in_vain_ends_the_call_and_is_a_violation(autojump_clock):
    carrier, _ = await ring([UntilBotSpeaks(100, timeout_ms=1_000), Say("never", murmur(100))])
    assert carrier.violations == ["UntilBotSpeaks(ms=100, timeout_ms=1000): waited in vain"]
    assert (carrier.said, carrier.ended_by) == ([], "caller")


async def test_the_servers_close_ends_the_call(autojump_clock):
    async def serve(theirs):
        await trio.sleep(0.5)
        await theirs.close(1011)

    carrier, _ = await ring([UntilClosed()], serve)
    assert (carrier.ended_by, carrier.closed_by_server_ms, carrier.close_code) == ("server", 500, 1011)
    assert carrier.timeline[-1] == Moment(500, "server closed", "closed 1011")
    assert carrier.violations == []


async def test_a_dead_line_is_seen_as_an_abnormal_close(autojump_clock):
    carrier, arrived = await ring([Pause(40), Die()])
    assert (carrier.ended_by, carrier.ended_ms, arrived[-1]) == ("cut", 60, 1006)


async def test_raw_messages_go_out_as_they_are(autojump_clock):
    ours, theirs = memory_pair()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(Carrier(transport=ours, script=[Send("nonsense"), Send(b"\x00")]).run)
        messages = [await theirs.receive() for _ in range(5)]
    assert messages[2:4] == ["nonsense", b"\x00"]


async def test_a_caller_who_stalls_is_felt_by_the_server_and_goes_on_talking(autojump_clock):
    sent = []

    async def serve(theirs):
        await trio.sleep(0.1)
        with suppress(TransportClosed):
            while True:
                await theirs.send(clear())
                sent.append(round(trio.current_time() * 1000))

    carrier, arrived = await ring([StallReading(), Pause(1_000)], serve, capacity=8)
    assert sent == [100] * 8
    assert carrier.clears_ms == []
    assert len(frames(arrived)) == 50


async def test_every_bad_message_is_a_violation_and_the_call_goes_on(autojump_clock):
    async def serve(theirs):
        await theirs.send("{}")
        await theirs.send(b"\x00")
        await theirs.send(mark("still here"))

    carrier, _ = await ring([Pause(100)], serve)
    assert carrier.violations == ["31951: unknown event None", "31950: binary frame of 1 bytes; send text"]
    assert [name for _, name in carrier.marks] == ["still here"]


async def test_a_server_that_does_not_read_loses_frames_and_cannot_hold_the_caller(autojump_clock):
    ours, _theirs = memory_pair(4)
    carrier = Carrier(transport=ours, script=[Pause(15_000)])
    await carrier.run()
    assert carrier.dropped_frames > 0
    assert carrier.violations == [
        "31930: the server does not read; inbound audio was dropped",
        "the server did not read for 5 s after the caller hung up",
    ]


async def test_more_than_ten_minutes_of_audio_is_dropped(autojump_clock):
    async def serve(theirs):
        await theirs.send(media(silence(600_000)))
        await theirs.send(media(silence(20)))

    carrier, _ = await ring([Pause(100)], serve)
    assert carrier.violations == ["31931: more than 10 minutes of audio queued; the rest was dropped"]


async def test_the_timeline_tells_the_call_to_its_observer_as_it_happens(autojump_clock):
    async def serve(theirs):
        await trio.sleep(0.2)
        await theirs.send(media(murmur(100)))

    seen = []
    script = [Say("hi", murmur(40)), UntilBotSpeaks(), UntilBotQuiet(100), Press("1")]
    carrier, _ = await ring(script, serve, on_event=seen.append, call_sid="CA1")
    assert seen == carrier.timeline
    assert seen == [
        Moment(0, "start", "CA1"),
        Moment(20, "says", "hi"),
        Moment(200, "bot speaks"),
        Moment(300, "bot quiet"),
        Moment(400, "presses", "1"),
        Moment(400, "hangs up"),
    ]


async def test_a_cancelled_call_ends_at_once(autojump_clock):
    with trio.move_on_after(1) as scope:
        await ring([Pause(60_000)])
    assert scope.cancelled_caught
    assert trio.current_time() == pytest.approx(1, abs=0.001)


def test_only_keys_of_a_telephone_can_be_pressed():
    with pytest.raises(ValueError, match="must be one of 0-9"):
        Press("x")


async def test_acoustics_shape_every_frame_from_the_voice_and_what_the_line_plays(autojump_clock):
    heard = []

    def echo(frame, played, at_ms):
        heard.append((at_ms, frame[:1], played[:1]))
        return played

    async def play(transport):
        await transport.send(media(b"e" * 160))
        await trio.sleep_forever()

    _, arrived = await ring([Say("a", b"a" * 320), HangUp()], play, acoustics=echo)
    assert heard == [(0, b"a", b"e"), (20, b"a", b"\xff")]
    frames = [base64.b64decode(event["media"]["payload"]) for _, event in events(arrived) if "media" in event]
    assert frames == [b"e" * 160, silence(20)]


async def test_the_zero_of_the_times_is_on_the_clock(autojump_clock):
    await trio.sleep(7)
    now = trio.current_time()
    carrier, _ = await ring([Pause(40), HangUp()])
    assert carrier.began_s == now


async def test_a_patient_caller_hears_an_answer_out_and_goes_on_without_one(autojump_clock):
    async def answer_the_first(transport):
        await trio.sleep(1)
        await transport.send(media(murmur(500)))
        await trio.sleep_forever()

    carrier, _ = await ring(
        [HearOut(300, patience_ms=2_000), Say("on", murmur(100)), HearOut(300, patience_ms=2_000), HangUp()],
        answer_the_first,
    )
    # 1 s until the answer, 500 ms of it, 300 ms of silence, each seen at the next tick.
    assert carrier.said == [Said(1_800, 1_900, "on")]
    assert (carrier.ended_ms, carrier.violations) == (3_900, [])


async def test_a_caller_may_go_on_in_the_middle_of_an_answer_or_when_none_comes(autojump_clock):
    async def answer(transport):
        await transport.send(media(murmur(2_000)))
        await trio.sleep_forever()

    carrier, _ = await ring([HearFor(700), HangUp()], answer)
    assert carrier.ended_ms == 700
    carrier, _ = await ring([HearFor(700, patience_ms=1_000), HangUp()])
    assert (carrier.ended_ms, carrier.violations) == (1_020, [])
