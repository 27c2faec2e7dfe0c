"""What the laboratory's callers and its bot say: recorded prompts and synthetic voices, in two halves.

Settings are chosen on the tuning half and judged on the held-out one. A clip belongs to a half by a hash of
its name, so that adding or removing files moves no other.
"""

from collections.abc import Callable, Iterable, Iterator, Set
from itertools import islice
from pathlib import Path
from typing import get_args

import numpy as np
from attrs import evolve, frozen

from benchmarks.turns import voices
from benchmarks.turns.clips import PAUSE_MAX_MS, SHORT_MS, Clip, Half, clips, digest, half_of, short, trimmed
from benchmarks.turns.phrases import MACHINES, Purpose
from benchmarks.turns.sounds import RATE, Sound, active, active_level

SOUNDS = Path("/usr/share/asterisk/sounds")
MUSIC = Path("/usr/share/asterisk/moh")
LETTERS = Path("/usr/share/klettres")  # an alphabet in each of twenty languages, by as many people
WORDS = Path("/usr/share/ktuberling/sounds")  # names of things, in a dozen languages
INSTALL = (
    "apt-get install --no-install-recommends asterisk-core-sounds-en-wav asterisk-core-sounds-es-wav "
    "asterisk-core-sounds-fr-wav asterisk-core-sounds-it-wav asterisk-core-sounds-ru-wav "
    "asterisk-prompt-it-menardi-wav asterisk-moh-opsound-wav espeak-ng flite klettres-data "
    "ktuberling-data vorbis-tools"
)
RECORDED = (
    "en_US_f_Allison",
    "es_MX_f_Allison",
    "fr_CA_f_June",
    "it_IT_f_Menardi",
    "it_IT_m_Carlo",
    "ru_RU_f_IvrvoiceRU",
)
_PAUSE_DB, _OWNPAUSE_MAX_MS, _LONGEST_PAUSING_MS = 35.0, 1_000, 12_000
_CLIPS = 80  # of each recorded voice
_FEWEST, _FILES = 5, 40  # of a voice that spells or says single words
_MUSIC_S = 60
_NOT_SPEECH = frozenset(
    {"beep", "beeperr", "ascending-2tone", "descending-2tone", "tt-monkeys", "tt-weasels"}
    | {"confbridge-join", "confbridge-leave"}
)


@frozen(eq=False)
class Corpus:
    """One half: clips by voice, and music."""

    recorded: dict[str, list[Clip]]
    synthetic: dict[str, list[Clip]]
    music: list[Sound]
    special: dict[str, dict[str, list[Clip]]]  # by kind: letters, words, digits...

    @property
    def voices(self) -> dict[str, list[Clip]]:
        """All of them."""
        return self.recorded | self.synthetic


def missing() -> list[str]:
    """Return what is not installed."""
    places = [SOUNDS / voice for voice in RECORDED] + [MUSIC, LETTERS, WORDS]
    return [str(place) for place in places if not place.is_dir()] + voices.missing()


def load(half: Half, wanted: Set[str]) -> Corpus:
    """Build one half: everybody, and those speakers of special things who are wanted."""
    synthetic = {
        voice: list(clips((name, sound) for name, sound in sounds.items() if half_of(name) == half))
        for voice, sounds in voices.spoken().items()
    }
    music = [
        voices.read(path)[: RATE * _MUSIC_S]
        for path in sorted(MUSIC.glob("*.wav"))
        if half_of(path.name) == half
    ]
    recorded = {voice: _recorded(voice, half) for voice in RECORDED}
    special: dict[str, Callable[[], dict[str, list[Clip]]]] = {
        "letters": lambda: _by_voice(LETTERS, "*/alpha/*.ogg", half),
        "words": lambda: _by_voice(WORDS, "??/*.ogg", half),
        "digits": lambda: {voice: _digits(voice, half) for voice in RECORDED},
        "natural": lambda: {v: [*_pausing(v, half), *recorded[v]] for v in RECORDED},
        "phrases": lambda: _phrases(half),
        "machines": lambda: _machines(half),
        "short_letters": lambda: _short_letters(half),
        "short_words": lambda: _short_words(half),
    }
    return Corpus(
        recorded=recorded,
        synthetic={voice: found for voice, found in synthetic.items() if found},
        music=music,
        special={speakers: make() for speakers, make in special.items() if speakers in wanted},
    )


def _recorded(voice: str, half: Half) -> list[Clip]:
    return list(islice(clips(_read(_files(voice, half))), _CLIPS))


def _digits(voice: str, half: Half) -> list[Clip]:
    return [
        evolve(clip, text=Path(clip.name).stem) for clip in clips(_read(_files(voice, half, "digits/?.wav")))
    ]


def _pausing(voice: str, half: Half) -> Iterator[Clip]:
    """Give the clips with a pause inside, by breath or comma, that is not quite silent."""
    for name, sound in _read(_files(voice, half)):
        loud = np.flatnonzero(active(sound, _PAUSE_DB))
        if len(loud) and PAUSE_MAX_MS < np.diff(loud).max(initial=0) * 10 <= _OWNPAUSE_MAX_MS:
            clip = trimmed(name, sound, pauses=True)
            if clip.speech_ms <= _LONGEST_PAUSING_MS:
                yield clip


def _files(voice: str, half: Half, pattern: str = "**/*.wav") -> list[Path]:
    paths = [
        path
        for path in (SOUNDS / voice).glob(pattern)
        if path.stem not in _NOT_SPEECH and path.parent.name != "silence"
    ]
    # By hash: a choice without a pattern, and the same on every machine.
    mine = [path for path in paths if half_of(_name(path, SOUNDS)) == half]
    return sorted(mine, key=lambda path: digest(_name(path, SOUNDS)))


def _read(paths: Iterable[Path]) -> Iterator[tuple[str, Sound]]:
    return ((_name(path, SOUNDS), voices.read(path)) for path in paths)


def _by_voice(place: Path, pattern: str, half: Half) -> dict[str, list[Clip]]:
    """Read the files of a folder for each language, each read by somebody else."""
    paths: dict[str, list[Path]] = {}
    for path in sorted(place.glob(pattern)):
        if half_of(_name(path, place)) == half:
            paths.setdefault(path.relative_to(place).parts[0], []).append(path)
    mine = [path for of_voice in paths.values() for path in of_voice[:_FILES]]
    names = [_name(path, place) for path in mine]
    return _grouped(clips(zip(names, voices.decoded(mine), strict=True)))


def _grouped(found: Iterable[Clip], fewest: int = _FEWEST) -> dict[str, list[Clip]]:
    by_voice: dict[str, list[Clip]] = {}
    for clip in found:
        by_voice.setdefault(clip.name.split("/")[0], []).append(clip)
    return {voice: spoken for voice, spoken in by_voice.items() if len(spoken) >= fewest}


def _short_letters(half: Half) -> dict[str, list[Clip]]:
    """Take letters and syllables that are short, and cut a short piece out of those that are not."""
    paths = [path for path in sorted(LETTERS.glob("*/*/*.ogg")) if half_of(_name(path, LETTERS)) == half]
    names = [_name(path, LETTERS) for path in paths]
    found = (short(name, sound) for name, sound in zip(names, voices.decoded(paths), strict=True))
    return _grouped(clip for clip in found if clip is not None)


def _short_words(half: Half) -> dict[str, list[Clip]]:
    mine = ((name, sound) for name, sound in voices.short().items() if half_of(name) == half)
    found = (short(name, sound) for name, sound in mine)
    kept = (clip for clip in found if clip is not None and clip.speech_ms <= SHORT_MS[1])
    return _grouped(kept, fewest=3)


def _phrases(half: Half) -> dict[str, list[Clip]]:
    by_voice = _grouped(
        trimmed(name, sound, purpose=purpose, text=text)
        for name, (purpose, text, sound) in voices.phrases().items()
        if half_of(name) == half and active_level(sound)
    )
    purposes = set(get_args(Purpose))
    return {v: said for v, said in by_voice.items() if {clip.purpose for clip in said} == purposes}


def _machines(half: Half) -> dict[str, list[Clip]]:
    by_voice = _grouped(
        (
            trimmed(name, sound, text=text)
            for name, (text, sound) in voices.machines().items()
            if half_of(name) == half
        ),
        fewest=1,
    )
    kinds = {kind for kinds in MACHINES.values() for kind in kinds}
    return {v: said for v, said in by_voice.items() if {clip.name.split("/")[1] for clip in said} == kinds}


def _name(path: Path, place: Path) -> str:
    return path.relative_to(place).as_posix()
