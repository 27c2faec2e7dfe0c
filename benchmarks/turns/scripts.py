"""The calls of the laboratory: what the caller does while the bot talks or is silent."""

import numpy as np

from benchmarks.turns.clips import Clip
from benchmarks.turns.scene import CALLER_DBFS, STATEMENT, Cast, Planned, Scene, Script, replies, some
from benchmarks.turns.sounds import EVENTS, SHORT_EVENTS, SOUNDS, Sound, Source, at_level, seconds
from simulator import HearFor

PAUSE_MS = (300, 900)
PAUSED, EVENTS_IN_CALL, SOUNDS_IN_CALL, INTERRUPTIONS, SCRAPS = 8, 25, 20, 30, 20  # in one call


def answering(utterances: int) -> Script:
    """Script utterances, each followed by a short answer."""

    def script(cast: Cast, source: Source) -> Planned:
        scene = Scene(source)
        for clip in some(source, cast.caller, utterances):
            scene.say(clip)
            scene.hear_out()
        return scene.planned(replies(source, cast, utterances + 12, 1.2))

    return script


def pausing(cast: Cast, source: Source) -> Planned:
    """Script utterances with one pause inside, drawn evenly."""
    scene = Scene(source)
    clips = some(source, cast.caller, 2 * PAUSED, 400, 2_500)
    for first, second in zip(clips[::2], clips[1::2], strict=True):
        scene.say_with_pause(first, int(source.integers(*PAUSE_MS)), second)
        scene.hear_out()
    return scene.planned(replies(source, cast, 2 * PAUSED + 8, 1.2))


def disturbed(kind: str) -> Script:
    """Script events of one kind while the bot talks."""

    def script(cast: Cast, source: Source) -> Planned:
        scene = Scene(source)
        for number, clip in enumerate(some(source, cast.caller, EVENTS_IN_CALL, 600, 2_000)):
            if number % 5 == 0:  # a question, and another long answer
                scene.hear_out()
                scene.say(clip)
                scene.hear_for(700, 1_200)
            scene.steps.append(HearFor(0))
            scene.disturb(kind, EVENTS[kind](source))
            scene.wait(900, 1_500)
        return scene.planned(replies(source, cast, 40, 14.0))

    return script


def heard_beside(kind: str, text: str = STATEMENT) -> Script:
    """Script sounds of one kind in the bot's silence, after it said this; nobody means anything by them."""

    def script(cast: Cast, source: Source) -> Planned:
        scene = Scene(source)
        for number, clip in enumerate(some(source, cast.caller, SOUNDS_IN_CALL, 600, 2_000)):
            if number % 5 == 0:  # the caller is there
                scene.hear_out()
                scene.say(clip)
            scene.hear_out()
            scene.wait(500, 2_500)
            scene.disturb(kind, (SOUNDS | SHORT_EVENTS)[kind](source))
        scene.hear_out()
        return scene.planned(replies(source, cast, 3 * SOUNDS_IN_CALL, 1.2, text))

    return script


def lectured_at(dbfs: float) -> Script:
    """Script a bot that talks at length, at this level, and a caller who only asks for more."""

    def script(cast: Cast, source: Source) -> Planned:
        scene = Scene(source)
        for clip in some(source, cast.caller, 4, 600, 2_000):
            scene.say(clip)
            scene.hear_out(patience_ms=6_000)
        return scene.planned(replies(source, cast, 16, 40.0, dbfs=dbfs))

    return script


def interrupting_at(dbfs: float) -> Script:
    """Script a caller who never lets the bot finish: utterances of a second and more, at this level."""

    def script(cast: Cast, source: Source) -> Planned:
        scene = Scene(source, dbfs)
        clips = some(source, cast.caller, INTERRUPTIONS + 1, 1_000, 3_500)
        scene.say(clips[0])
        for clip in clips[1:]:
            scene.hear_for(900, 2_500)
            scene.say(clip)
            scene.wait(900, 1_100)
        return scene.planned(replies(source, cast, INTERRUPTIONS + 20, 7.0))

    return script


def half_interrupting(cast: Cast, source: Source) -> Planned:
    """Script scraps of somebody else's speech.

    They are long enough to pause the bot, and a recogniser finds nothing in them.
    """
    scene = Scene(source)
    scraps = some(source, [clip for voice in cast.others for clip in voice], SCRAPS, 500)
    for number, (clip, scrap) in enumerate(
        zip(some(source, cast.caller, SCRAPS, 600, 2_000), scraps, strict=True)
    ):
        if number % 4 == 0:
            scene.hear_out()
            scene.say(clip)
        scene.hear_for(800, 1_500)
        scene.disturb("scraps", _scrap(source, scrap))
        scene.wait(2_600, 3_000)
    return scene.planned(replies(source, cast, 30, 21.0))


def _scrap(source: Source, clip: Clip) -> Sound:
    begin = seconds(clip.onset_ms / 1000)
    sound = clip.sound[begin : begin + seconds(source.uniform(0.30, 0.42))].copy()
    edge = seconds(0.01)
    sound[:edge] *= np.linspace(0, 1, edge)
    sound[-edge:] *= np.linspace(1, 0, edge)
    return at_level(sound, CALLER_DBFS)
