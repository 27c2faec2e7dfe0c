"""A program of its own: sentences in, 16-bit PCM out, by the espeak-ng library.

The library is GPL-3.0, so nothing of this project is linked with it: `simulator.speech` runs this file in a
child process, and only pipes connect the two. Reads one JSON document from standard input,
`{"words_per_minute": 170, "texts": [["en-us", "Hello."], ...]}`, and writes for each text its sample rate
and its number of bytes (two 32-bit little-endian numbers) and then its samples.
"""

import ctypes
import json
import struct
import sys

import espeakng_loader

_SYNCHRONOUS = 2
_DO_NOT_EXIT = 0x8000  # by default the library ends the process if its data is missing
_UTF_8 = 1
_BY_CHARACTER = 1
_RATE = 1


class _Voice(ctypes.Structure):
    """What to look for in a voice; the library's `espeak_VOICE`."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_char_p),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("reserved", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


def main() -> int:
    """Speak everything on standard input; 0, or 1 with words on standard error."""
    request = json.load(sys.stdin.buffer)
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    data_path = espeakng_loader.get_data_path().encode()
    sample_rate = library.espeak_Initialize(_SYNCHRONOUS, 0, data_path, _DO_NOT_EXIT)
    if sample_rate <= 0:
        return _fail(f"espeak-ng found no data in {data_path.decode()}")
    samples = bytearray()

    def collect(wave: "ctypes._Pointer[ctypes.c_short]", count: int, _events: int) -> int:
        if wave:
            samples.extend(ctypes.string_at(wave, count * 2))
        return 0

    callback = _Callback(collect)  # a name of its own: the library does not keep it alive
    library.espeak_SetSynthCallback(callback)
    library.espeak_SetParameter(_RATE, request["words_per_minute"], 0)
    for voice, text in request["texts"]:
        if not _has_voice(library, voice):
            return _fail(f"voice: espeak-ng has no voice {voice!r}")
        samples.clear()
        sentence = text.encode()
        library.espeak_Synth(
            sentence, ctypes.c_size_t(len(sentence) + 1), 0, _BY_CHARACTER, 0, _UTF_8, None, None
        )
        sys.stdout.buffer.write(struct.pack("<II", sample_rate, len(samples)) + samples)
    return 0


def _has_voice(library: ctypes.CDLL, voice: str) -> bool:
    """Choose a voice by its name ("en-us"), or by its language ("en-gb" is a voice called "en")."""
    if library.espeak_SetVoiceByName(voice.encode()) == 0:
        return True
    wanted = _Voice(languages=voice.encode())
    return bool(library.espeak_SetVoiceByProperties(ctypes.byref(wanted)) == 0)


def _fail(problem: str) -> int:
    sys.stderr.write(problem)
    return 1


if __name__ == "__main__":
    sys.exit(main())
