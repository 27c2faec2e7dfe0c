"""When a caller can come: opening hours, minus what is taken, on the business's own clock.

Hours are wall time, and a wall clock jumps. So every day is built from the wall times of its own date, and
three rules say what a jump does:

- the business opens, or closes, at the first moment that its clock shows that time or a later one;
- a start that the clock never shows is not offered;
- a start that the clock shows twice is offered once, the first time.

Between the two ends of a slot real minutes pass: one hour is sixty of them on every day.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from attrs import frozen

from storage.errors import InvalidField
from storage.records import Busy, WeeklyHours

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_DAY_MIN = 24 * 60
_MINUTE = dt.timedelta(minutes=1)

_Span = tuple[dt.datetime, dt.datetime]  # half-open, UTC


@frozen(kw_only=True)
class Slot:
    """A time that can be offered.

    Compare `starts_at`: Python never calls a wall time that exists twice equal to an instant (PEP 495).
    """

    wall: dt.datetime  # as the business's clock shows it, in its zone
    starts_at: dt.datetime  # UTC
    ends_at: dt.datetime  # UTC


@frozen(kw_only=True)
class Offer:
    """The first free slots of a day, or the reason that there are none, in words for the caller."""

    slots: tuple[Slot, ...] = ()
    reason: str | None = None


def find_slots(
    *,
    hours: Sequence[WeeklyHours],
    busy: Sequence[Busy],
    timezone: str,
    now: dt.datetime,
    date: dt.date,
    duration_min: int,
    grid_min: int = 30,
    notice_min: int = 120,
    days_ahead: int = 60,
    limit: int = 3,
) -> Offer:
    """The first `limit` free slots that start on `date`, counted in steps of the grid from each opening.

    A slot lies in open time from end to end, also where one stretch of hours meets the next at midnight.
    `busy` must cover the date and the day after it. Raises InvalidField for a duration that is not between
    a minute and a day.
    """
    if not 1 <= duration_min <= _DAY_MIN:
        raise InvalidField("duration_min", f"must be between 1 and {_DAY_MIN} minutes")
    zone = ZoneInfo(timezone)
    if reason := _refused(date, now.astimezone(zone).date(), hours, days_ahead):
        return Offer(reason=reason)
    slots = _open_slots(hours, zone, date, duration_min, grid_min)
    bookable_from = now + notice_min * _MINUTE
    for keep, reason in (
        (lambda _: True, f"we are not open long enough on {WEEKDAYS[date.weekday()]} for that"),
        (lambda slot: slot.starts_at >= now, "that day is over"),
        (
            lambda slot: slot.starts_at >= bookable_from,
            f"that is too soon for us, we need {_spoken(notice_min)} notice",
        ),
        (lambda slot: not _taken(slot, busy), "that day is fully booked"),
    ):
        slots = [slot for slot in slots if keep(slot)]
        if not slots:
            return Offer(reason=reason)
    return Offer(slots=tuple(slots[:limit]))


def speak_slot(slot: Slot) -> str:
    """The slot as one would say it: "Tuesday 24 November at 10:30". The voice says it in its language."""
    wall = slot.wall
    return f"{WEEKDAYS[wall.weekday()]} {wall.day} {MONTHS[wall.month - 1]} at {wall.hour}:{wall.minute:02}"


def _refused(date: dt.date, today: dt.date, hours: Sequence[WeeklyHours], days_ahead: int) -> str | None:
    if date < today:
        return "that day is over"
    if (date - today).days > days_ahead:
        return f"that is too far ahead, we book at most {days_ahead} days ahead"
    if not any(span.weekday == date.weekday() for span in hours):
        return f"we are closed on {WEEKDAYS[date.weekday()]}"
    return None


def _open_slots(
    hours: Sequence[WeeklyHours], zone: ZoneInfo, date: dt.date, duration_min: int, grid_min: int
) -> list[Slot]:
    spans = _open_spans(hours, zone, date)
    starts = {
        minute
        for span in hours
        if span.weekday == date.weekday()
        for minute in range(span.opens_minute, span.closes_minute, grid_min)
    }
    return [
        Slot(wall=start.astimezone(zone), starts_at=start, ends_at=end)
        for minute in sorted(starts)
        if (start := _instant(_wall(date, minute), zone)) is not None
        for end in (start + duration_min * _MINUTE,)
        if any(opens <= start and end <= closes for opens, closes in spans)
    ]


def _open_spans(hours: Sequence[WeeklyHours], zone: ZoneInfo, date: dt.date) -> list[_Span]:
    """Open time from `date` on, as far as a slot of a day's length can reach, joined where it meets."""
    joined: list[_Span] = []
    for opens, closes in sorted(_each_opening(hours, zone, date)):
        if joined and opens <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], closes))
        else:
            joined.append((opens, closes))
    return joined


def _each_opening(hours: Sequence[WeeklyHours], zone: ZoneInfo, date: dt.date) -> Iterator[_Span]:
    for days in range(3):
        day = date + dt.timedelta(days=days)
        for span in hours:
            if span.weekday == day.weekday():
                opens = _first_showing(day, span.opens_minute, zone)
                yield opens, _first_showing(day, span.closes_minute, zone)


def _first_showing(date: dt.date, minute: int, zone: ZoneInfo) -> dt.datetime:
    wall = _wall(date, minute)
    while (instant := _instant(wall, zone)) is None:
        wall += _MINUTE
    return instant


def _wall(date: dt.date, minute: int) -> dt.datetime:
    return dt.datetime.combine(date, dt.time()) + minute * _MINUTE


def _instant(wall: dt.datetime, zone: ZoneInfo) -> dt.datetime | None:
    """When the clock first shows that wall time, in UTC; None if it never does."""
    instant = wall.replace(tzinfo=zone).astimezone(dt.UTC)
    return instant if instant.astimezone(zone).replace(tzinfo=None) == wall else None


def _taken(slot: Slot, busy: Sequence[Busy]) -> bool:
    return any(taken.starts_at < slot.ends_at and slot.starts_at < taken.ends_at for taken in busy)


def _spoken(minutes: int) -> str:
    for unit_min, unit in ((_DAY_MIN, "day"), (60, "hour")):
        if minutes % unit_min == 0:
            return f"{minutes // unit_min} {unit}{'s' if minutes > unit_min else ''}"
    return f"{minutes} minutes"
