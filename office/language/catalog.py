"""What a language needs so that the business can be spoken of in it: `english.py` and `hebrew.py`."""

from collections.abc import Mapping

from attrs import frozen


@frozen(kw_only=True)
class Catalog:
    """The words of one language. A sentence is a template, with the same name and parameters in all."""

    weekdays: tuple[str, ...]  # Monday first
    short_weekdays: tuple[str, ...]
    months: tuple[str, ...]
    week: tuple[int, ...]  # the weekdays in the order in which the week is told
    units: Mapping[str, tuple[str, str, str]]  # minute, hour, day: one, two, and {n} of them
    durations: Mapping[int, str]  # minutes that have a name of their own
    sentences: Mapping[str, str]
