"""Sounds for the corpus by other programs: synthetic voices by `espeak-ng` and `flite`, files by `oggdec`."""

import shutil
import subprocess
import tempfile
import wave
from collections.abc import Sequence
from multiprocessing.pool import ThreadPool
from pathlib import Path

import numpy as np

from benchmarks.turns.phrases import MACHINES, PHRASES, Purpose
from benchmarks.turns.sounds import RATE, Sound

COMMANDS = ("espeak-ng", "flite", "oggdec")

_ENGLISH = (
    "Yes, please.",
    "Hello, I would like to make an appointment.",
    "Tomorrow at ten would be fine.",
    "Is there anything free in the afternoon?",
    "My name is Charlie Brown.",
    "No, thank you.",
    "Could you tell me when you are open on Thursday?",
    "I have a terrible toothache and need to see somebody today.",
    "That will be all.",
    "Monday.",
    "Can I move my appointment to next week?",
    "What does it cost?",
)
_SENTENCES = {
    "he": (
        "שלום, אני רוצה לקבוע תור.",
        "כן, בבקשה.",
        "מחר בשעה עשר.",
        "לא, תודה רבה.",
        "מתי אתם פתוחים ביום חמישי?",
        "אפשר לדבר עם מישהו?",
        "השם שלי הוא דוד כהן.",
        "ביום ראשון אחר הצהריים.",
        "כמה זה עולה?",
        "אני צריך להזיז את התור לשבוע הבא.",
    ),
    "de": (
        "Guten Tag, ich möchte einen Termin vereinbaren.",
        "Ja, gerne.",
        "Am Donnerstag um halb zehn.",
        "Nein, danke.",
        "Haben Sie morgen Nachmittag noch etwas frei?",
        "Mein Name ist Schneider.",
        "Was kostet das?",
        "Ich muss leider absagen.",
        "Vielen Dank, auf Wiederhören.",
        "Wann haben Sie geöffnet?",
    ),
    "fr": (
        "Bonjour, je voudrais un rendez-vous.",
        "Oui, volontiers.",
        "Demain matin à dix heures.",
        "Non merci.",
        "Êtes-vous ouvert le samedi?",
        "Je m'appelle Dupont.",
        "Combien cela coûte?",
        "Je dois annuler mon rendez-vous.",
        "Merci beaucoup, au revoir.",
        "Avez-vous quelque chose l'après-midi?",
    ),
}
# One syllable, mostly: what people answer.
_SHORT = {
    "en-us": ("Yes.", "No.", "Sure.", "Two.", "Eight.", "B."),
    "en-gb": ("Yes.", "No.", "Right.", "One.", "Six.", "A."),
    "de": ("Ja.", "Nein.", "Gut.", "Acht.", "Zwei.", "Doch."),
    "fr": ("Oui.", "Non.", "Bon.", "Deux.", "Huit.", "Si."),
    "es": ("Sí.", "No.", "Dos.", "Tres.", "Ya.", "Bien."),
    "it": ("Sì.", "No.", "Due.", "Tre.", "Già.", "Va."),
    "ru": ("Да.", "Нет.", "Два.", "Три.", "Так.", "Пять."),
    "he": ("כן", "לא", "שש", "טוב", "דו", "או"),
}
_SHORT_MANNERS = (("170", "35"), ("210", "50"), ("240", "70"))  # words a minute, and pitch
_ESPEAK = (("en-us", _ENGLISH), ("en-gb", _ENGLISH), *_SENTENCES.items())
_FLITE = ("rms", "slt", "awb", "kal16")


def missing() -> list[str]:
    """Return the commands that are not installed."""
    return [command for command in COMMANDS if shutil.which(command) is None]


def spoken() -> dict[str, dict[str, Sound]]:
    """Return every voice with its sentences, by voice and by name."""
    wanted = [
        (f"espeak-{code}", n, _espeak(code, text)) for code, texts in _ESPEAK for n, text in enumerate(texts)
    ]
    wanted += [(f"flite-{name}", n, _flite(name, text)) for name in _FLITE for n, text in enumerate(_ENGLISH)]
    voices: dict[str, dict[str, Sound]] = {}
    for (voice, n, _), sound in zip(wanted, _sounds([command for _, _, command in wanted]), strict=True):
        voices.setdefault(voice, {})[f"{voice}/{n}"] = sound
    return voices


def short() -> dict[str, Sound]:
    """Return short words in several languages, each in several manners, by a name with its language."""
    wanted = {
        f"{code}/{text} {words}": _espeak(code, text, words, pitch)
        for code, texts in _SHORT.items()
        for text in texts
        for words, pitch in _SHORT_MANNERS
    }
    return dict(zip(wanted, _sounds([*wanted.values()]), strict=True))


def phrases() -> dict[str, tuple[Purpose, str, Sound]]:
    """Return what people say beside sentences, by a name with its voice: purpose, words and sound."""
    wanted = [
        (f"espeak-{code}", purpose, text, _espeak(code, text))
        for code, purposes in PHRASES.items()
        for purpose, texts in purposes.items()
        for text in texts
    ]
    wanted += [
        (f"flite-{name}", purpose, text, _flite(name, text))
        for name in _FLITE
        for purpose, texts in PHRASES["en-us"].items()
        for text in texts
    ]
    sounds = _sounds([command for *_, command in wanted])
    return {
        f"{voice}/{purpose}/{text}": (purpose, text, sound)
        for (voice, purpose, text, _), sound in zip(wanted, sounds, strict=True)
    }


def machines() -> dict[str, tuple[str, Sound]]:
    """Return what recordings say, by a name with its voice and kind: its words, its sound."""
    wanted = [
        (f"espeak-{code}/{kind}/{text}", text, _espeak(code, text))
        for code, kinds in MACHINES.items()
        for kind, texts in kinds.items()
        for text in texts
    ]
    sounds = _sounds([command for *_, command in wanted])
    return {name: (text, sound) for (name, text, _), sound in zip(wanted, sounds, strict=True)}


def decoded(paths: Sequence[Path]) -> list[Sound]:
    """Decode Ogg Vorbis files by the `oggdec` command."""
    return _sounds([["oggdec", "--quiet", str(path), "-o", "{}"] for path in paths])


def _sounds(commands: Sequence[list[str]]) -> list[Sound]:
    with tempfile.TemporaryDirectory() as place, ThreadPool(2) as pool:
        jobs = [(command, Path(place) / f"{n}.wav") for n, command in enumerate(commands)]
        return list(pool.imap(_run, jobs))


def _espeak(code: str, text: str, words_per_minute: str = "160", pitch: str = "50") -> list[str]:
    return ["espeak-ng", "-v", code, "-s", words_per_minute, "-p", pitch, "-w", "{}", text]


def _flite(name: str, text: str) -> list[str]:
    return ["flite", "-voice", name, "-t", text, "-o", "{}"]


def _run(job: tuple[list[str], Path]) -> Sound:
    command, path = job
    subprocess.run([str(path) if part == "{}" else part for part in command], check=True, capture_output=True)
    return read(path)


def read(path: Path) -> Sound:
    """Read a WAV file of 16-bit samples: its channels together, at 8 kHz whatever its rate."""
    with wave.open(str(path), "rb") as file:
        rate = file.getframerate()
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
        sound = samples.reshape(-1, file.getnchannels()).mean(axis=1)
    return sound if rate == RATE else _narrowed(sound, rate)


def _narrowed(sound: Sound, rate: int) -> Sound:
    samples = len(sound) * RATE // rate
    spectrum = np.fft.rfft(sound)[: samples // 2 + 1]
    return np.fft.irfft(spectrum, samples) * (samples / len(sound))
