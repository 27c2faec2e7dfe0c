"""What to offer in place of a time that cannot be had: the same part of the day, before it and after it."""

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import attrs
from attrs import frozen

from storage import availability
from storage.availability import Request, Slot
from storage.records import Busy, Schedule

_DAY = dt.timedelta(days=1)
_DAY_MIN = 24 * 60
_ALIKE_MIN = 180  # so far from a time that was named it is still the same part of the day


@frozen(order=True)
class _Near:
    """A free slot, beside the wish. Sorted, the best comes first."""

    unlike: int  # 0: that part of that day, 1: that part of another, 2: that day, 3: neither
    days: int  # away
    apart: dt.timedelta
    starts_at: dt.datetime
    is_before: bool = attrs.field(order=False)
    slot: Slot = attrs.field(order=False)


def nearest(
    schedule: Schedule,
    busy: Sequence[Busy],
    now: dt.datetime,
    request: Request,
    wish: dt.datetime,
    *,
    limit: int = 3,
    days: int = 14,
) -> tuple[Slot, ...]:
    """Return free slots near to `wish`, at most `days` before or after its day, in order of time.

    Those in the wished part of its day come first, then that part of other days, then the rest of its day,
    then all others. Among equals they lie before the wish and after it by turns, the closest first. The part
    is the request's, if the wish lies in it and it is more than a minute; else three hours to both sides.

    `busy` and the exceptions must cover all those days, the one before and the two after them.
    """
    zone = ZoneInfo(schedule.timezone)
    wall = wish.astimezone(zone)
    date, today = wall.date(), now.astimezone(zone).date()
    part = _part(request, _minute(wall))
    found: list[Slot] = []
    for distance in range(days + 1):
        for day in {date - distance * _DAY, date + distance * _DAY}:
            whole_day = attrs.evolve(request, date=day, from_minute=0, until_minute=_DAY_MIN)
            found += availability.find(schedule, busy, now, whole_day, limit=_DAY_MIN).slots
        # Further days change nothing once each side has enough in that part of the day, or no more days.
        sides = [slot.starts_at < wish for slot in found if _minute(slot.wall) in part]
        before_is_done = sides.count(True) >= limit or date - distance * _DAY <= today
        if before_is_done and sides.count(False) >= limit:
            break
    ranked = sorted(_near(slot, wish, wall, part) for slot in found)
    return tuple(sorted(_by_turns(ranked, limit), key=lambda slot: slot.starts_at))


def _minute(wall: dt.datetime) -> int:
    return wall.hour * 60 + wall.minute


def _part(request: Request, minute: int) -> range:
    """Return the minutes of a day that are alike to whoever has that wish."""
    named = range(request.from_minute, request.until_minute)
    if len(named) > 1 and minute in named:
        return named
    return range(minute - _ALIKE_MIN, minute + _ALIKE_MIN + 1)


def _near(slot: Slot, wish: dt.datetime, wall: dt.datetime, part: range) -> _Near:
    days = abs((slot.wall.date() - wall.date()).days)
    any_time = len(part) == _DAY_MIN
    # Who named a time or a part of the day wants the same on another day: it is compared by the clock.
    by_clock = dt.timedelta(minutes=abs(_minute(slot.wall) - _minute(wall)))
    return _Near(
        unlike=2 * (_minute(slot.wall) not in part) + (days > 0),
        days=0 if any_time else days,
        apart=abs(slot.starts_at - wish) if any_time or not days else by_clock,
        starts_at=slot.starts_at,
        is_before=slot.starts_at < wish,
        slot=slot,
    )


def _by_turns(ranked: list[_Near], limit: int) -> list[Slot]:
    """Choose from the best on; of those as unlike as it, one on the side on which fewer are chosen."""
    chosen: list[_Near] = []
    while ranked and len(chosen) < limit:
        lead = sum(1 if each.is_before else -1 for each in chosen)
        alike = [each for each in ranked if each.unlike == ranked[0].unlike]
        fewer = [each for each in alike if lead and each.is_before == (lead < 0)]
        best = (fewer or alike)[0]
        ranked.remove(best)
        chosen.append(best)
    return [each.slot for each in chosen]
