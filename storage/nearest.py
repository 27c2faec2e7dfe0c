"""What to offer in place of a time that cannot be had: the same part of the day, before it and after it."""

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import attrs

from storage import availability
from storage.availability import Request, Slot
from storage.records import Busy, Schedule

_DAY = dt.timedelta(days=1)
_DAY_MIN = 24 * 60
_ALIKE_MIN = 180  # so far from a time that was named it is still the same part of the day

# How good a slot is beside the wish, the best first: 0 for that part of that day, 1 for that part of another,
# 2 for that day, 3 for neither; the days away; the time apart; its start.
_Rank = tuple[int, int, dt.timedelta, dt.datetime]


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
    ranked = sorted(((_rank(slot, wish, wall, part), slot) for slot in found), key=lambda each: each[0])
    return tuple(sorted(_by_turns(ranked, wish, limit), key=lambda slot: slot.starts_at))


def _minute(wall: dt.datetime) -> int:
    return wall.hour * 60 + wall.minute


def _part(request: Request, minute: int) -> range:
    """Return the minutes of a day that are alike to whoever has that wish."""
    named = range(request.from_minute, request.until_minute)
    if len(named) > 1 and minute in named:
        return named
    return range(minute - _ALIKE_MIN, minute + _ALIKE_MIN + 1)


def _rank(slot: Slot, wish: dt.datetime, wall: dt.datetime, part: range) -> _Rank:
    unlike, days = _minute(slot.wall) not in part, abs((slot.wall.date() - wall.date()).days)
    any_time = len(part) == _DAY_MIN
    # Who named a time or a part of the day wants the same on another day: it is compared by the clock.
    by_clock = dt.timedelta(minutes=abs(_minute(slot.wall) - _minute(wall)))
    apart = abs(slot.starts_at - wish) if any_time or not days else by_clock
    return 2 * unlike + (days > 0), 0 if any_time else days, apart, slot.starts_at


def _by_turns(ranked: list[tuple[_Rank, Slot]], wish: dt.datetime, limit: int) -> list[Slot]:
    """Choose from the best on; of those as unlike as it, one on the side on which fewer are chosen."""
    chosen: list[Slot] = []
    while ranked and len(chosen) < limit:
        lead = sum(1 if slot.starts_at < wish else -1 for slot in chosen)
        alike = [each for each in ranked if each[0][0] == ranked[0][0][0]]
        fewer = [each for each in alike if lead and (each[1].starts_at < wish) == (lead < 0)]
        best = (fewer or alike)[0]
        ranked.remove(best)
        chosen.append(best[1])
    return chosen
