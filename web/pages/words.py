"""What the pages say, in the owner's language: catalogs, dates, numbers.

The catalogs are the .po files beside this file, read as they are when the server starts: nothing is built.
English is the language of the messages themselves.
"""

import datetime as dt
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from attrs import field, frozen
from babel import Locale
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from markupsafe import Markup, escape

from office.language import spoken
from storage.errors import InvalidField

LANGUAGES: Mapping[str, str] = {"en": "English", "he": "עברית"}  # each by its own name
_FOLDER = Path(__file__).parent / "locale"
_MIDNIGHT_MIN = 24 * 60


def catalog(language: str) -> NullTranslations:
    """Return the translations of a language; English, which needs none, has none."""
    if language == "en":
        return NullTranslations()
    with (_FOLDER / f"{language}.po").open("rb") as file:
        messages = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return Translations(compiled)


def mark(message: str) -> str:
    """Return the message as it is, so that it is found and translated where it will be said."""
    return message


@frozen
class Words:
    """One language of the pages."""

    language: str
    translations: NullTranslations = field(repr=False)

    @property
    def direction(self) -> str:
        """The value of a page's `dir`."""
        return Locale.parse(self.language).text_direction

    @property
    def week(self) -> tuple[int, ...]:
        """The weekdays, 0 is Monday, in the order in which this language's week runs."""
        return spoken.week(self.language)

    def say(self, message: str, **values: object) -> str:
        """Say the message in this language, with its values."""
        said: str = self.translations.ugettext(message)
        return said % values if values else said

    def problem(self, error: InvalidField) -> str:
        """Say what is wrong with a field, and what would be right: a clause without a subject."""
        said: str = self.translations.ugettext(error.template)
        return said.format(**error.values)

    def weekday(self, weekday: int) -> str:
        """Name a weekday, 0 is Monday."""
        return str(Locale.parse(self.language).days["stand-alone"]["wide"][weekday])

    def date(self, day: dt.date) -> str:
        """Say a date with its weekday: "Tuesday 24 November 2026"."""
        return spoken.plain_date(self.language, day)

    def short_date(self, day: dt.date) -> str:
        """Say a date for a list: "Tue 24 Nov"."""
        return str(format_date(day, "EEE d MMM", locale=self.language))

    def month(self, day: dt.date) -> str:
        """Say a month with its year."""
        return str(format_date(day, "LLLL y", locale=self.language))

    def duration(self, minutes: int) -> str:
        """Say how long: "45 minutes"."""
        return spoken.duration(self.language, minutes)


def clock(wall: dt.datetime | int) -> str:
    """Write a time of the 24-hour clock, of a wall time or a minute of the day: "09:05"."""
    hour, minute = divmod(wall, 60) if isinstance(wall, int) else (wall.hour, wall.minute)
    return f"{hour:02}:{minute:02}"


def span(opens: dt.datetime | int, closes: dt.datetime | int) -> Markup:
    """Write a time to another, which stays in this order also in a text from right to left.

    Where the clock is changed in between, or shows one of them twice, each has the name of its time: "01:30
    EDT" to "01:15 EST".
    """
    if isinstance(opens, dt.datetime) and isinstance(closes, dt.datetime) and _changes(opens, closes):
        shown = [_with_zone(opens), _with_zone(closes)]
    else:
        shown = [clock(opens), clock(closes)]
    return Markup('<bdi dir="ltr">{}–{}</bdi>').format(*shown)  # noqa: RUF001


def exactly(wall: dt.datetime) -> str:
    """Write a wall time, with the name of its time where the clock shows it twice: "01:30 EDT"."""
    return _with_zone(wall) if _twice(wall) else clock(wall)


def _with_zone(wall: dt.datetime) -> str:
    return f"{clock(wall)}\N{NO-BREAK SPACE}{wall.tzname()}"


def _twice(wall: dt.datetime) -> bool:
    return wall.replace(fold=0).utcoffset() != wall.replace(fold=1).utcoffset()


def _changes(starts: dt.datetime, ends: dt.datetime) -> bool:
    """Say whether the clock alone leaves open which times these are, or how long it is between them."""
    return _twice(starts) or _twice(ends) or starts.utcoffset() != ends.utcoffset()


def phone(number: str | None) -> Markup:
    """Write a telephone number in its groups, which keep their order also in a text from right to left."""
    return Markup('<bdi dir="ltr">{}</bdi>').format(spoken.phone(number)) if number else Markup("")


def said(text: str) -> Markup:
    """Write what somebody said, whose direction and control signs stay inside it."""
    return Markup('<bdi dir="auto">{}</bdi>').format(escape(text))
