"""The way between two ends, under the virtual clock."""

import pytest
import trio

from simulator import TransportClosed, delayed, evenly, memory_pair


async def arrivals(transport, number: int) -> list[tuple[int, str]]:
    began = trio.current_time()
    return [((await transport.receive()), round((trio.current_time() - began) * 1000)) for _ in range(number)]


def in_turn(*delays_ms: float):
    return iter(delays_ms).__next__


async def test_each_direction_has_its_own_delay(autojump_clock):
    carrier, server = delayed(memory_pair(), up=lambda: 60, down=lambda: 25)
    await carrier.send("up")
    await server.send("down")
    async with trio.open_nursery() as nursery:
        found = []
        nursery.start_soon(_keep, found, "server", server)
        nursery.start_soon(_keep, found, "carrier", carrier)
    assert found == [("carrier", "down", 25), ("server", "up", 60)]


async def _keep(found, who, transport):
    ((message, at_ms),) = await arrivals(transport, 1)
    found.append((who, message, at_ms))


async def test_a_message_waits_from_when_it_was_sent_not_from_when_the_one_before_arrived(autojump_clock):
    carrier, server = delayed(memory_pair(), up=lambda: 60, down=lambda: 0)
    for message in ("a", "b", "c"):
        await carrier.send(message)
    assert await arrivals(server, 3) == [("a", 60), ("b", 60), ("c", 60)]


async def test_a_quick_message_never_overtakes_a_slow_one(autojump_clock):
    carrier, server = delayed(memory_pair(), up=in_turn(80, 40), down=lambda: 0)
    await carrier.send("slow")
    await carrier.send("quick")
    assert await arrivals(server, 2) == [("slow", 80), ("quick", 80)]


async def test_a_cancelled_receive_loses_nothing(autojump_clock):
    carrier, server = delayed(memory_pair(), up=lambda: 60, down=lambda: 0)
    await carrier.send("kept")
    with trio.move_on_after(0.030):
        await server.receive()
    assert await arrivals(server, 1) == [("kept", 30)]


async def test_what_is_under_way_arrives_before_the_close(autojump_clock):
    carrier, server = delayed(memory_pair(), up=lambda: 60, down=lambda: 0)
    await carrier.send("last words")
    await carrier.close(1000)
    assert await arrivals(server, 1) == [("last words", 60)]
    with pytest.raises(TransportClosed) as closed:
        await server.receive()
    assert closed.value.code == 1000


async def test_a_dead_line_is_dead_at_both_ends(autojump_clock):
    carrier, server = delayed(memory_pair(), up=lambda: 60, down=lambda: 60)
    carrier.abort()
    with pytest.raises(TransportClosed) as closed:
        await server.receive()
    assert closed.value.code == 1006


async def test_a_stalled_end_reads_nothing_any_more_not_even_what_had_arrived(autojump_clock):
    carrier, server = delayed(memory_pair(), up=lambda: 60, down=lambda: 0)
    await carrier.send("unread")
    with trio.move_on_after(0.030):
        await server.receive()
    server.stall()
    with trio.move_on_after(10) as waited:
        await server.receive()
    assert waited.cancelled_caught


def test_even_delays_keep_their_bounds_and_their_seed():
    one, same, other = evenly(60, 20, seed=1), evenly(60, 20, seed=1), evenly(60, 20, seed=2)
    drawn = [one() for _ in range(500)]
    assert drawn == [same() for _ in range(500)]
    assert drawn != [other() for _ in range(500)]
    assert 40 <= min(drawn) < 42
    assert 78 < max(drawn) <= 80
