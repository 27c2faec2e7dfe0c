"""CPU time of what the engine does fifty times a second on every call, and for every audio delta."""

import json
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import cycle, islice
from typing import TypeVar

from attrs import evolve

from engine.actions import AudioSent, ModelReady, Say
from engine.caller.ear import Ear
from engine.caller.turns import TurnContext
from engine.caller.vad import open_detector
from engine.carrier import Media
from engine.conversation.conversation import Conversation
from engine.model import AudioDelta, ItemStarted, ResponseCreated, TranscriptDelta
from engine.peers import media_streams, realtime
from engine.peers.wire import base64_text
from engine.ports import Profile
from engine.settings import DEFAULTS, FRAME_BYTES, Settings
from simulator import murmur, noise
from simulator.carrier_wire import Outgoing

_LEVEL, _NEURAL = evolve(DEFAULTS, detector="level"), evolve(DEFAULTS, detector="neural")

_BOT = TurnContext(bot_playing=True, bot_level=30_000.0)

_ROUNDS = 15
_SECONDS = 20  # of a caller, in a round
_DELTA = murmur(400, pitch=190)  # the model sends pieces of about this length
_DELTAS = 25  # an answer of 10 s
_STREAM_SID = "MZ" + "2" * 32

T = TypeVar("T")
Work = Callable[[], object]


def rows() -> Iterator[tuple[str, str]]:
    """Give each piece and its cost."""
    speech, silence = _frames(murmur(5_000)), _frames(noise(5_000, level=20))
    loud_noise = _frames(noise(5_000, level=500))
    messages = _media_messages(speech)
    delta = _delta_message()
    for name, prepare, times in (
        ("level detector, a frame", partial(_detect, _LEVEL, speech), len(speech)),
        ("neural detector, a frame of speech", partial(_detect, _NEURAL, speech), len(speech)),
        ("neural detector, a frame of loud noise", partial(_detect, _NEURAL, loud_noise), len(loud_noise)),
        ("neural detector, a frame of silence", partial(_detect, _NEURAL, silence), len(silence)),
        ("Ear.listen, a frame of speech", partial(_listen, speech, TurnContext()), len(speech)),
        ("Ear.listen, a frame of silence", partial(_listen, silence, TurnContext()), len(silence)),
        ("Ear.listen, a frame of the bot's echo", partial(_listen, speech, _BOT), len(speech)),
        ("Conversation.turn_context, a frame under the bot", _see, _DELTAS * 20),
        ("media_streams.receive, a frame", partial(_each, media_streams.receive, messages), len(messages)),
        ("realtime.receive, a delta of 400 ms", partial(_each, realtime.receive, [delta] * 500), 500),
        ("Conversation.handle, a delta of 400 ms", _converse, _DELTAS),
        ("media_streams.encode, a delta of 400 ms", partial(_each, _media, [_DELTA] * 500), 500),
    ):
        yield name, f"{cost_us(prepare, times):.1f}"


def cost_us(prepare: Callable[[], Work], times: int) -> float:
    """Measure the CPU microseconds of one of the `times` things that the prepared work does.

    Of several rounds the median counts.
    """
    rounds = []
    for _ in range(_ROUNDS):
        work = prepare()
        began = time.process_time_ns()
        work()
        rounds.append((time.process_time_ns() - began) / times / 1_000)
    return statistics.median(rounds)


def _each(function: Callable[[T], object], arguments: Sequence[T]) -> Work:
    return lambda: [function(argument) for argument in arguments]


def _detect(settings: Settings, frames: Sequence[bytes]) -> Work:
    return _each(open_detector(settings).judge, frames)


def _listen(frames: Sequence[bytes], context: TurnContext) -> Work:
    ear = Ear(DEFAULTS, open_detector(DEFAULTS))
    return _each(lambda frame: ear.listen(frame, context), frames)


def _converse() -> Work:
    """Prepare an answer that has just begun, and the deltas to come."""
    conversation, delta = _answering()
    return _each(partial(conversation.handle, now_ms=0.0), [delta] * _DELTAS)


def _see() -> Work:
    """Prepare a bot in the middle of a long answer."""
    conversation, delta = _answering()
    words = TranscriptDelta(response_id="resp_1", item_id="item_1", text="Does ten suit you? " * 10)
    conversation.handle(words, 0.0)
    for _ in range(_DELTAS):
        for action in conversation.handle(delta, 0.0):
            if isinstance(action, Say):
                conversation.handle(AudioSent(action.turn, len(action.audio)), 0.0)
    return _each(conversation.turn_context, range(0, _DELTAS * 400, 20))


def _answering() -> tuple[Conversation, AudioDelta]:
    profile = Profile(name="Demo Dental", language="en", now="Monday", hours="always")
    conversation = Conversation(profile, DEFAULTS, now_ms=0.0)
    conversation.handle(ModelReady(), 0.0)
    conversation.handle(ResponseCreated(response_id="resp_1"), 0.0)
    conversation.handle(ItemStarted(response_id="resp_1", item_id="item_1", kind="message"), 0.0)
    return conversation, AudioDelta(response_id="resp_1", item_id="item_1", audio=_DELTA)


def _media(audio: bytes) -> str:
    return media_streams.encode(Media(audio), _STREAM_SID)


def _frames(sound: bytes) -> list[bytes]:
    frames = [sound[at : at + FRAME_BYTES] for at in range(0, len(sound), FRAME_BYTES)]
    return list(islice(cycle(frames), _SECONDS * 50))


def _media_messages(frames: Sequence[bytes]) -> list[str]:
    outgoing = Outgoing("AC" + "3" * 32, "CA" + "1" * 32, _STREAM_SID)
    return [outgoing.media(n + 2, n + 1, n * 20, frame) for n, frame in enumerate(frames)]


def _delta_message() -> str:
    place = {"response_id": "resp_0001", "item_id": "item_0001", "output_index": 0, "content_index": 0}
    kind = {"event_id": "event_0001", "type": "response.output_audio.delta"}
    return json.dumps({**kind, **place, "delta": base64_text(_DELTA)})
