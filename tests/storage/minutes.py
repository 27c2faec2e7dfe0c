"""When a caller can come, found the slow way: one real minute after the other.

No arithmetic on wall time, and nothing shared with storage/availability.py. It walks through the UTC minutes
around a day, asks zoneinfo what the clock on the wall shows in each, and remembers the latest time that it
has shown so far. The business is open while that latest time lies in its hours. A start is a minute in which
the clock shows it for the first time. A slot is its minutes, one by one, and so is what is taken.
"""

import datetime as dt
from functools import lru_cache
from zoneinfo import ZoneInfo

from attrs import frozen

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


@frozen
class Minute:
    """One real minute, `at` minutes after 1970 began, and what the wall shows as it begins."""

    at: int
    date: dt.date
    minute: int  # of that date
    is_new: bool  # whether the clock shows this for the first time
    latest_date: dt.date  # the latest time that it has shown so far
    latest_minute: int


@lru_cache(maxsize=64)
def walk(timezone, date):
    """The real minutes from two days before the date to four days after it."""
    zone, shown, latest, minutes = ZoneInfo(timezone), set(), (dt.date.min, 0), []
    first = (dt.datetime.combine(date, dt.time(), dt.UTC) - EPOCH) // MINUTE
    for at in range(first - 2 * 1440, first + 5 * 1440):
        wall = (EPOCH + at * MINUTE).astimezone(zone)
        shows = wall.date(), wall.hour * 60 + wall.minute
        latest = max(latest, shows)
        minutes.append(Minute(at, *shows, shows not in shown, *latest))
        shown.add(shows)
    return minutes


def hours_of(schedule, date):
    """(opens, closes) of a date, in minutes of the day, and whether an exception says so."""
    for day in schedule.exceptions:
        if day.date == date:
            return [(span.opens_minute, span.closes_minute) for span in day.hours], True
    weekday = [span for span in schedule.weekly if span.weekday == date.weekday()]
    return [(span.opens_minute, span.closes_minute) for span in weekday], False


def open_minutes(schedule, minutes):
    """The real minutes in which the business is open."""
    hours = {date: hours_of(schedule, date)[0] for date in {minute.latest_date for minute in minutes}}
    return {
        minute.at
        for minute in minutes
        if any(opens <= minute.latest_minute < closes for opens, closes in hours[minute.latest_date])
    }


def starts(schedule, request):
    """Every minute of the request's date in which a slot could begin, were there nobody else and no now."""
    minutes = walk(schedule.timezone, request.date)
    is_open, hours = open_minutes(schedule, minutes), hours_of(schedule, request.date)[0]
    return [
        minute
        for minute in minutes
        if minute.date == request.date and minute.is_new
        if any(
            opens <= minute.minute < closes and (minute.minute - opens) % schedule.grid_min == 0
            for opens, closes in hours
        )
        if all(at in is_open for at in range(minute.at, minute.at + request.duration_min))
    ]


def is_free(start, request, busy):
    """Whether every minute of the slot and its buffers is free."""
    slot = range(
        start.at - request.buffer_before_min, start.at + request.duration_min + request.buffer_after_min
    )
    taken = {
        at
        for span in busy
        for at in range((span.starts_at - EPOCH) // MINUTE, (span.ends_at - EPOCH) // MINUTE)
    }
    return taken.isdisjoint(slot)


def refused_day(schedule, now, date):
    """Why nothing of that date can be booked, whatever the time; or None."""
    today = now.astimezone(ZoneInfo(schedule.timezone)).date()
    hours, is_exception = hours_of(schedule, date)
    if date < today:
        return "past"
    if date > today + dt.timedelta(days=schedule.days_ahead):
        return "too_far"
    if hours:
        return None
    return "closed_that_date" if is_exception else "closed_that_weekday"


def find(schedule, busy, now, request):
    """The starts of all free slots in minutes after 1970, and the reason if there are none."""
    why = refused_day(schedule, now, request.date)
    if why:
        return [], why
    fits = starts(schedule, request)
    then = [start for start in fits if request.from_minute <= start.minute < request.until_minute]
    to_come = [start for start in then if EPOCH + start.at * MINUTE >= now]
    in_time = [start for start in to_come if EPOCH + (start.at - schedule.notice_min) * MINUTE >= now]
    free = [start.at for start in in_time if is_free(start, request, busy)]
    if free:
        return free, None
    if in_time:
        return [], "full" if set(range(request.from_minute, request.until_minute)) == set(
            range(1440)
        ) else "full_then"
    if to_come:
        return [], "too_soon"
    if then:
        return [], "past"
    return [], "not_then" if fits else "too_long"


def around(schedule, request):
    """When the business closes before the wished part of the day, and opens after it; None if it is open.

    Open it is if an appointment could begin in it, whatever the grid, the clock's jumps and the next day.
    """
    hours, _ = hours_of(schedule, request.date)
    opened = {minute for opens, closes in hours for minute in range(opens, closes)}
    for first in opened & set(range(request.from_minute, request.until_minute)):
        if all(minute in opened or minute >= 1440 for minute in range(first, first + request.duration_min)):
            return None, None
    begins = sorted(minute for minute in opened if minute - 1 not in opened)
    ends = sorted(minute + 1 for minute in opened if minute + 1 not in opened)
    before = [end for begin, end in zip(begins, ends, strict=True) if begin <= request.from_minute]
    return max(before, default=None), min((at for at in begins if at >= request.until_minute), default=None)


def last_start(schedule, request, now):
    """The last minute of the day, before its wished part, in which a slot could still begin; or None."""
    soonest = now + schedule.notice_min * MINUTE
    in_time = [start for start in starts(schedule, request) if EPOCH + start.at * MINUTE >= soonest]
    return max((start.minute for start in in_time if start.minute < request.from_minute), default=None)


def judge(schedule, busy, now, request, instant):
    """Why a slot cannot start at that instant; None if it can. The request's date must be the instant's."""
    if instant < now:
        return "past"
    why = refused_day(schedule, now, request.date)
    if why:
        return why
    fits = starts(schedule, request)
    if not fits:
        return "too_long"
    for start in fits:
        if EPOCH + start.at * MINUTE == instant:
            if instant < now + schedule.notice_min * MINUTE:
                return "too_soon"
            return None if is_free(start, request, busy) else "full"
    return "off_grid"
