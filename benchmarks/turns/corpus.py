"""What the laboratory's callers and its bot say: recorded prompts and synthetic voices, in two halves.

Settings are chosen on the tuning half and judged on the held-out one. A clip belongs to a half by a hash of
its name, so that adding or removing files moves no other.
"""

from collections.abc import Callable, Iterable, Iterator, Set
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from attrs import evolve, frozen

from benchmarks.turns import voices
from benchmarks.turns.phrases import Purpose
from benchmarks.turns.sounds import BLOCK, RATE, Sound, active, active_level, seconds

Half = Literal["tuning", "held-out"]
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
SHORTEST_MS, LONGEST_MS = 300, 6_000
SHORT_MS = (120, 300)  # one syllable
_PAUSE_MAX_MS = 300  # a clip with a longer one inside would have two ends
_PAUSE_DB, _OWN_PAUSE_MAX_MS, _LONGEST_PAUSING_MS = 35.0, 1_000, 12_000
_CLIPS = 80  # of each recorded voice
_FEWEST, _FILES = 5, 40  # of a voice that spells or says single words
_MUSIC_S = 60
_LEAD, _TAIL = BLOCK * 4, BLOCK * 8  # what is kept around the active part
_NOT_SPEECH = frozenset(
    {"beep", "beeperr", "ascending-2tone", "descending-2tone", "tt-monkeys", "tt-weasels"}
    | {"confbridge-join", "confbridge-leave"}
)


@frozen(eq=False)
class Clip:
    """One utterance. `onset_ms` and `end_ms` are the true ones, counted from the clip's first sample."""

    name: str
    sound: Sound
    onset_ms: int
    end_ms: int
    pauses: bool = False  # for longer than 300 ms, well below its peak
    purpose: Purpose = "plain"
    text: str = ""  # its words, if they are known

    @property
    def speech_ms(self) -> int:
        """From true onset to true end."""
        return self.end_ms - self.onset_ms

    @property
    def length_ms(self) -> int:
        """All of it, with the silence around the speech."""
        return len(self.sound) * 1000 // RATE


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
        "short_letters": lambda: _short_letters(half),
        "short_words": lambda: _short_words(half),
    }
    return Corpus(
        recorded=recorded,
        synthetic={voice: found for voice, found in synthetic.items() if found},
        music=music,
        special={speakers: make() for speakers, make in special.items() if speakers in wanted},
    )


def half_of(name: str) -> Half:
    """Return the half that a file belongs to.

    It is the tuning half if the hash of its name begins with an even digit.
    """
    return "held-out" if int(_digest(name)[0], 16) % 2 else "tuning"


def clips(named: Iterable[tuple[str, Sound]]) -> Iterator[Clip]:
    """Give the usable ones, each with its true onset and end."""
    for name, sound in named:
        clip = cut(name, sound)
        if clip is not None and SHORTEST_MS <= clip.speech_ms <= LONGEST_MS:
            yield clip


def cut(name: str, sound: Sound) -> Clip | None:
    """Cut most of the silence around the sound; None if it pauses, or is silent."""
    loud = np.flatnonzero(active(sound))
    if not len(loud) or not active_level(sound) or np.diff(loud).max(initial=0) * 10 > _PAUSE_MAX_MS:
        return None
    return trimmed(name, sound)


def trimmed(
    name: str, sound: Sound, *, pauses: bool = False, purpose: Purpose = "plain", text: str = ""
) -> Clip:
    """Cut most of the silence around a sound that is not silent."""
    loud = np.flatnonzero(active(sound))
    begin = max(0, loud[0] * BLOCK - _LEAD)
    kept = sound[begin : (loud[-1] + 1) * BLOCK + _TAIL]
    return Clip(
        name,
        kept,
        onset_ms=int(loud[0] * BLOCK - begin) * 1000 // RATE,
        end_ms=int((loud[-1] + 1) * BLOCK - begin) * 1000 // RATE,
        pauses=pauses,
        purpose=purpose,
        text=text,
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
        if len(loud) and _PAUSE_MAX_MS < np.diff(loud).max(initial=0) * 10 <= _OWN_PAUSE_MAX_MS:
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
    return sorted(mine, key=lambda path: _digest(_name(path, SOUNDS)))


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


def _grouped(found: Iterable[Clip]) -> dict[str, list[Clip]]:
    by_voice: dict[str, list[Clip]] = {}
    for clip in found:
        by_voice.setdefault(clip.name.split("/")[0], []).append(clip)
    return {voice: spoken for voice, spoken in by_voice.items() if len(spoken) >= _FEWEST}


def _short_letters(half: Half) -> dict[str, list[Clip]]:
    """Take letters and syllables that are short, and cut a short piece out of those that are not."""
    paths = [path for path in sorted(LETTERS.glob("*/*/*.ogg")) if half_of(_name(path, LETTERS)) == half]
    names = [_name(path, LETTERS) for path in paths]
    found = (_short(name, sound) for name, sound in zip(names, voices.decoded(paths), strict=True))
    return _grouped(clip for clip in found if clip is not None)


def _short_words(half: Half) -> dict[str, list[Clip]]:
    mine = ((name, sound) for name, sound in voices.short().items() if half_of(name) == half)
    found = (_short(name, sound) for name, sound in mine)
    return _grouped(clip for clip in found if clip is not None and clip.speech_ms <= SHORT_MS[1])


def _short(name: str, sound: Sound) -> Clip | None:
    clip = cut(name, sound)
    if clip is None or clip.speech_ms < SHORT_MS[0]:
        return None
    return clip if clip.speech_ms <= SHORT_MS[1] else _piece(clip)


def _piece(clip: Clip) -> Clip | None:
    """Cut a piece around the loudest part, its length drawn from the name."""
    least, most = SHORT_MS
    samples = (least + int(_digest(clip.name)[1:5], 16) % (most - least)) * RATE // 1_000
    power = np.convolve(clip.sound**2, np.ones(samples), mode="valid")
    begin = int(power.argmax())
    edges = np.minimum(1, np.minimum(np.arange(samples), np.arange(samples)[::-1]) / seconds(0.015))
    return cut(clip.name, np.pad(clip.sound[begin : begin + samples] * edges, _TAIL))


def _phrases(half: Half) -> dict[str, list[Clip]]:
    by_voice = _grouped(
        trimmed(name, sound, purpose=purpose, text=text)
        for name, (purpose, text, sound) in voices.phrases().items()
        if half_of(name) == half and active_level(sound)
    )
    purposes = set(get_args(Purpose))
    return {v: said for v, said in by_voice.items() if {clip.purpose for clip in said} == purposes}


def _name(path: Path, place: Path) -> str:
    return path.relative_to(place).as_posix()


def _digest(name: str) -> str:
    return sha256(name.encode()).hexdigest()
