"""Templates, rendered in one of the pages' languages; and the few files that go with them."""

import datetime as dt
import hashlib
import time
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from types import CodeType
from typing import Any

import trio
from attrs import frozen
from jinja2 import BytecodeCache, Environment, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket

from storage.records import Call
from web.pages import words as wording
from web.pages.labels import FAILURES, LABELS, MISSED, OUTCOMES, UNREACHED
from web.pages.words import LANGUAGES, Words

_STATIC = Path(__file__).parent / "static"
_SLICE_S = 0.0005  # a delta takes several rounds of the loop to its caller, and a slice may be in each


@frozen(kw_only=True)
class StaticFile:
    """A file that pages refer to. Its path names the content of them all: browsers may keep it for good."""

    content: bytes
    kind: str
    version: str


_KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_CONTENTS = {path: path.read_bytes() for path in sorted(_STATIC.iterdir())}
# One for all: scripts find each other beside themselves, so none may be of another release than the rest.
_VERSION = hashlib.sha256(b"".join(_CONTENTS.values())).hexdigest()[:12]
STATIC: Mapping[str, StaticFile] = {
    path.name: StaticFile(content=content, kind=_KINDS[path.suffix], version=_VERSION)
    for path, content in _CONTENTS.items()
}


def static_url(name: str) -> str:
    """Return where a page finds that file."""
    return f"/static/{STATIC[name].version}/{name}"


class _Compiled(BytecodeCache):
    """What templates are compiled to, which is the same in every language."""

    def __init__(self) -> None:
        self._codes: dict[str, CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get(bucket.key)

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._codes[bucket.key] = bucket.code


_COMPILED = _Compiled()


@cache
def words_of(language: str) -> Words:
    """Return the words of one of LANGUAGES."""
    return Words(language, wording.catalog(language))


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("web.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_without_overrides,
        bytecode_cache=_COMPILED,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    words = words_of(language)
    environment.install_gettext_translations(words.translations, newstyle=True)  # type: ignore[attr-defined]
    environment.globals.update(
        words=words,
        languages=LANGUAGES,
        label_of=partial(_label, words),
        outcome_of=lambda outcome: words.say(OUTCOMES[outcome]),
        ended_of=partial(_ended, words),
        failures=FAILURES,
        unreached=UNREACHED,
        static_url=static_url,
        clock=wording.clock,
        exactly=wording.exactly,
        span=wording.span,
    )
    environment.filters.update(phone=wording.phone, said=wording.said, clock=wording.clock)
    return environment


def _label(words: Words, field: str) -> str:
    kind, _, weekday = field.partition("-")
    if kind == "hours" and weekday:
        return words.weekday(int(weekday))
    return words.say(LABELS.get(field, field))


def _ended(words: Words, call: Call) -> str:
    """Say how a call ended, and before that that its caller asked for a person in vain."""
    ended = words.say(OUTCOMES[call.outcome])
    if call.dial_status not in MISSED:
        return ended
    missed = words.say(MISSED[call.dial_status])
    at_its_end = call.outcome == "transferred" or call.dial_status == "canceled"
    return missed if at_its_end else f"{missed} · {ended}"


# Signs that turn the direction of what follows. A stray U+2069 ends the isolate that <bdi> makes, and the
# next of them then reaches the rest of the line (https://www.unicode.org/reports/tr9/, X6a; so Chromium).
_OVERRIDES = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))


def _without_overrides(value: Any) -> Any:
    """Leave those signs out of whatever text stands in a page."""
    return value.translate(_OVERRIDES) if isinstance(value, str) else value


def load() -> None:
    """Compile every template, and load what the languages need: else the first of each page stops all calls.

    It takes half a second, once in a process.
    """
    for language in LANGUAGES:
        words_of(language).short_date(dt.date.min)
        environment = _environment(language)
        for template in environment.list_templates():
            environment.get_template(template)


def render(language: str, template: str, /, **values: Any) -> str:
    """Return the page as HTML."""
    return "".join(pieces(language, template, **values))


def pieces(language: str, template: str, /, **values: Any) -> Iterator[str]:
    """Return the page as HTML, piece by piece: each is made when it is taken."""
    return _environment(language).get_template(template).generate(**values)


async def render_in_slices(pieces: Iterable[str], slice_s: float = _SLICE_S) -> str:
    """Join the pieces of a page, and let whoever waits for the processor go first after every slice of it."""
    made, until_s = [], time.perf_counter() + slice_s
    for piece in pieces:
        made.append(piece)
        if time.perf_counter() >= until_s:
            await trio.lowlevel.checkpoint()
            until_s = time.perf_counter() + slice_s
    return "".join(made)
