"""Served calls with a planted fault, each found from the lines of its log alone (docs/testing.md)."""

import re
from functools import partial

from attrs import define, evolve, field

from engine.settings import DEFAULTS
from office.adjust import pairs_of
from simulator import HangUp, ModelScript, Pause, Reply, Say, UntilBotQuiet, murmur, serve_model
from simulator.transport import Transport
from tests.web.test_log_words import log_of
from tests.web.test_server import answered_by, path, ring, serving

__all__ = ["path"]  # a fixture

GREETING = Reply("Hello, this is Salon. How can I help?", murmur(1_600, pitch=190))
MODEL = ModelScript(replies=[GREETING, Reply("Are you there?", murmur(300, pitch=200))])
LISTENS = (Pause(2_200), HangUp())


@define
class Faulty:
    """A carrier's socket on which each audio message of the server arrives `times` times."""

    transport: Transport
    times: int
    _again: list[str | bytes] = field(factory=list)

    async def receive(self):
        while not self._again:
            message = await self.transport.receive()
            self._again = [message] * (self.times if '"event":"media"' in message else 1)
        return self._again.pop()

    async def send(self, message):
        await self.transport.send(message)

    async def close(self, code=1000, reason=""):
        await self.transport.close(code, reason)

    def abort(self):
        self.transport.abort()

    def stall(self):
        self.transport.stall()


async def lines(path, nursery, *script, times=1, settings=DEFAULTS):
    """What the log of one served call says, each line from its second on."""
    model = await nursery.start(partial(serve_model, MODEL))
    thresholds = " ".join(pairs_of(settings))
    configured = answered_by(model.url, FRONTDESK_DETECTOR="level", FRONTDESK_SET=thresholds)
    with log_of(configured) as log:
        async with serving(path, configured) as (url, _):
            await ring(url, *script, wrap=partial(Faulty, times=times))
    return re.findall(r"engine\.call: CA\w+ \S+ s: (.*)", log.getvalue())


def answer(written):
    """Of the first answer: the bytes sent, those marked as played, and how late the last mark came."""
    (sent,) = (line for line in written if line.startswith("answer 1: sent"))
    return tuple(map(int, re.search(r"(\d+) bytes; (\d+) bytes .* after (-?\d+) ms", sent).groups()))


SENT = len(GREETING.audio)


async def test_in_a_sound_call_what_was_sent_is_marked_at_the_pace_at_which_it_plays(path, nursery):
    sent, marked, mark_ms = answer(await lines(path, nursery, *LISTENS))
    assert (sent, marked >= SENT - 3_200) == (SENT, True)  # the last chunk may be on its way
    assert 0 <= mark_ms < 200


async def test_no_audio_out_shows_in_marks_that_come_before_their_audio_could_have_played(path, nursery):
    written = await lines(path, nursery, *LISTENS, times=0)
    sent, marked, mark_ms = answer(written)
    assert f"answer 1: begins with #1, {3_200} bytes" in written
    assert (sent, marked) == (SENT, SENT)
    assert mark_ms < -200


async def test_doubled_audio_shows_in_marks_that_fall_behind_by_as_much_as_was_played(path, nursery):
    sent, marked, mark_ms = answer(await lines(path, nursery, *LISTENS, times=2))
    assert (sent, marked <= SENT // 2) == (SENT, True)
    assert mark_ms > 300


async def test_a_deaf_turn_shows_as_sound_without_an_utterance_and_the_thresholds_say_why(path, nursery):
    deaf = evolve(
        DEFAULTS, utterance_level=9_000.0, barge_in_level=9_000.0, silence_ms=1_500, sound_min_ms=600
    )
    says = Say("Can you hear me?", murmur(1_000))
    script = (UntilBotQuiet(200), says, Pause(1_200), HangUp())
    told = await lines(path, nursery, *script, settings=deaf)
    written = [line for line in told if not line.startswith("from the model")]
    assert [line for line in written if "[UTT]" in line] == []
    heard = next(at for at, line in enumerate(written) if line.startswith("AI said"))
    assert re.match(r"\d+ ms of sound over the line's floor, and no voice heard in it", written[heard + 1])
    (session,) = (line for line in written if line.startswith("session configured"))
    assert "detector level: utterance_level=9000.0 barge_in_level=9000.0" in session
