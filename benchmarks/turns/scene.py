"""A call of the laboratory in the making: who is on the line, what each says, and where the truth lies."""

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from attrs import frozen

from benchmarks.turns.acoustics import to_mulaw
from benchmarks.turns.clips import Clip
from benchmarks.turns.corpus import Corpus
from benchmarks.turns.sounds import SAMPLES_PER_MS, Sound, Source, amplitude, at_level, seconds
from simulator import HearFor, HearOut, Pause, Reply, Say, Step

CALLER_DBFS = -26.0
BOT_DBFS = -20.0
STATEMENT = "That is so."  # what the bot says, if it matters to nobody
_WORDS = "words"


@frozen(kw_only=True)
class Uttered:
    """One `Say` of a script: its true onset and end within it, and whether it is the caller's speech."""

    onset_ms: int
    end_ms: int
    kind: str = _WORDS
    label: str = ""  # by which the measure tells utterances apart

    @property
    def is_speech(self) -> bool:
        """Whether the caller means something by it."""
        return self.kind == _WORDS


@frozen(kw_only=True, eq=False)
class Cast:
    """Who is on the line: a caller, a bot with another voice, and people who belong to neither."""

    caller: Sequence[Clip]
    bot: Sequence[Clip]
    others: Sequence[Sequence[Clip]]


@frozen(kw_only=True)
class Planned:
    """One call as its peers will play it. `uttered` has one entry for each `Say`, in order."""

    script: Sequence[Step]
    replies: Sequence[Reply]
    uttered: Sequence[Uttered]


Script = Callable[[Cast, Source], Planned]
Speakers = Literal[
    "everybody",
    "letters",
    "words",
    "short_letters",
    "short_words",
    "digits",
    "natural",
    "phrases",
    "machines",
]


def cast(corpus: Corpus, source: Source, number: int, speakers: Speakers = "everybody") -> Cast:
    """Cast the call of this number.

    Every fourth caller is synthetic, but only of those who say anything.
    """
    kinds, at = corpus.recorded, number
    if speakers != "everybody":
        kinds = corpus.special[speakers]
    elif number % 4 == 3:
        kinds, at = corpus.synthetic, number // 4
    caller = sorted(kinds)[at % len(kinds)]
    bots = [voice for voice in sorted(corpus.recorded) if _person(voice) != _person(caller)]
    bot = bots[int(source.integers(len(bots)))]
    others = [
        voice for voice in sorted(corpus.voices) if _person(voice) not in (_person(caller), _person(bot))
    ]
    return Cast(
        caller=kinds[caller],
        bot=corpus.recorded[bot],
        others=[corpus.voices[voice] for voice in source.permutation(others)],
    )


def _person(voice: str) -> str:
    return voice.split("_")[-1]


# The sounds of a call


def talk(source: Source, clips: Sequence[Clip], duration_s: float, dbfs: float = BOT_DBFS) -> bytes:
    """Return so much of the bot, as mu-law.

    No two talks begin alike, and one repeats itself only when all clips are used up, so that what the caller
    heard can be found again in what was said.
    """
    parts, length = [gap(source, 0.06)], 0
    order: list[int] = []
    while length < seconds(duration_s):
        order = order or source.permutation(len(clips)).tolist()
        clip = clips[order.pop()]
        parts += [at_level(clip.sound, dbfs), gap(source, source.uniform(0.1, 0.3))]
        length += len(parts[-1]) + len(parts[-2])
    return to_mulaw(np.concatenate(parts)[: seconds(duration_s)])


def gap(source: Source, duration_s: float) -> Sound:
    return source.standard_normal(seconds(duration_s)) * amplitude(-62)


def replies(
    source: Source,
    cast: Cast,
    number: int,
    duration_s: float,
    text: str = STATEMENT,
    dbfs: float = BOT_DBFS,
) -> list[Reply]:
    """Let the bot say something else each time, and its transcript always this."""
    sounds = [talk(source, cast.bot, duration_s * source.uniform(0.8, 1.2), dbfs) for _ in range(number)]
    first = Reply(text, talk(source, cast.bot, 1.0, dbfs))
    return [first, *(Reply(text, sound) for sound in sounds)]


class Scene:
    """A script in the making."""

    def __init__(self, source: Source, caller_dbfs: float = CALLER_DBFS) -> None:
        self.source = source
        self.caller_dbfs = caller_dbfs
        self.steps: list[Step] = [HearOut(600)]
        self.uttered: list[Uttered] = []

    def say(self, clip: Clip, label: str = "", dbfs: float | None = None) -> None:
        sound = at_level(clip.sound, self.caller_dbfs if dbfs is None else dbfs)
        self._say(clip.text or clip.name, sound, clip.onset_ms, clip.end_ms, label)

    def say_with_pause(self, first: Clip, pause_ms: int, second: Clip) -> None:
        self.say_in_parts([(first, pause_ms), (second, 0)])

    def say_in_parts(self, parts: Sequence[tuple[Clip, int]], label: str = "") -> None:
        """Say clips one after the other, each with so much silence behind it, from its true end on."""
        sounds: list[Sound] = []
        for number, (clip, pause_ms) in enumerate(parts):
            sounds.append(at_level(clip.sound, self.caller_dbfs))
            if number + 1 < len(parts):
                rest_ms = pause_ms - (clip.length_ms - clip.end_ms) - parts[number + 1][0].onset_ms
                sounds.append(np.zeros(max(0, seconds(rest_ms / 1000))))
        sound, last = np.concatenate(sounds), parts[-1][0]
        end_ms = len(sound) // SAMPLES_PER_MS - (last.length_ms - last.end_ms)
        name = " ... ".join(clip.text or clip.name for clip, _ in parts)
        self._say(name, at_level(sound, self.caller_dbfs), parts[0][0].onset_ms, end_ms, label)

    def disturb(self, kind: str, sound: Sound) -> None:
        end_ms = len(sound) // SAMPLES_PER_MS
        self.uttered.append(Uttered(onset_ms=0, end_ms=end_ms, kind=kind))
        self.steps.append(Say("", to_mulaw(sound)))

    def wait(self, least_ms: int, most_ms: int) -> None:
        self.steps.append(Pause(int(self.source.integers(least_ms, most_ms))))

    def hear_for(self, least_ms: int, most_ms: int) -> None:
        self.steps.append(HearFor(int(self.source.integers(least_ms, most_ms))))

    def hear_out(self, patience_ms: int = 2_500) -> None:
        self.steps.append(HearOut(int(self.source.integers(400, 900)), patience_ms))

    def _say(self, name: str, sound: Sound, onset_ms: int, end_ms: int, label: str) -> None:
        self.uttered.append(Uttered(onset_ms=onset_ms, end_ms=end_ms, label=label))
        self.steps.append(Say(name, to_mulaw(sound)))

    def planned(self, replies: Sequence[Reply]) -> Planned:
        return Planned(script=self.steps, replies=replies, uttered=self.uttered)


def some(
    source: Source, clips: Sequence[Clip], number: int, least_ms: int = 0, most_ms: int = 10**6
) -> list[Clip]:
    fitting = [clip for clip in clips if least_ms <= clip.speech_ms <= most_ms]
    chosen: list[Clip] = []
    while len(chosen) < number:
        chosen += [fitting[index] for index in source.permutation(len(fitting))]
    return chosen[:number]
