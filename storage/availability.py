"""When a caller can come: opening hours, minus what is taken, on the business's own clock.

Hours are wall time, and a wall clock jumps. So every day is built from the wall times of its own date, and
three rules say what a jump does:

- the business opens, or closes, at the first moment that its clock shows that time or a later one;
- a start that the clock never shows is not offered;
- a start that the clock shows twice is offered once, the first time.

Between the two ends of a slot real minutes pass: one hour is sixty of them on every day. A slot lies in open
time from end to end, also where one stretch of hours meets the next at midnight; its buffers may lie outside,
but never over what is taken.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from zoneinfo import ZoneInfo

import attrs
from attrs import frozen

from storage.errors import InvalidField
from storage.records import Appointment, Busy, DayHours, Schedule

_DAY_MIN = 24 * 60
_MINUTE = dt.timedelta(minutes=1)
_DAY = dt.timedelta(days=1)
_SLIP = 3_650 * _DAY

_Span = tuple[dt.datetime, dt.datetime]  # half-open, UTC


@frozen(kw_only=True)
class Slot:
    """A time that can be offered.

    Compare `starts_at`: Python never calls a wall time that exists twice equal to an instant (PEP 495).
    """

    wall: dt.datetime  # as the business's clock shows it, in its zone
    starts_at: dt.datetime  # UTC, as all that follow
    ends_at: dt.datetime
    busy_start: dt.datetime  # with the buffers: the time that nobody else can have
    busy_end: dt.datetime


@frozen(kw_only=True)
class Request:
    """What a caller wants: a day, a part of it, for how long, and which appointment is to go there."""

    date: dt.date
    duration_min: int
    buffer_before_min: int = 0
    buffer_after_min: int = 0
    from_minute: int = 0  # of the day: the slot starts at this minute or later,
    until_minute: int = _DAY_MIN  # and before this one
    # The appointment to move: its own time is free for it, but its present start is not found again.
    moving: Appointment | None = None


class Why(StrEnum):
    """Why there is no such time.

    The reasons are tried in this order, each on the starts that the ones before it left; the first that
    leaves none is given. So a day is full only if everything that is taken could have been booked.
    """

    PAST = "past"  # also asked again after NOT_THEN, of the starts of today
    TOO_FAR = "too_far"
    CLOSED_THAT_DATE = "closed_that_date"  # by an exception
    CLOSED_THAT_WEEKDAY = "closed_that_weekday"
    TOO_LONG = "too_long"  # no opening of that day is long enough
    OFF_GRID = "off_grid"  # nothing of that length ever starts at that time
    NOT_THEN = "not_then"  # nothing starts in that part of the day
    TOO_SOON = "too_soon"
    FULL_THEN = "full_then"  # all that starts in that part of the day is taken
    FULL = "full"  # all of that day


@frozen(kw_only=True)
class Refused:
    """A reason, with what has to be said with it."""

    why: Why
    date: dt.date
    notice_min: int
    days_ahead: int
    # Of NOT_THEN, where the part of the day lies outside the hours: until when the business is open before
    # it, and from when after it. None: it is not, that day.
    closes_minute: int | None = None
    opens_minute: int | None = None
    last_start_minute: int | None = None  # before it, if that is still to come
    # Of a day that is closed: when the business opens next, on its clock, if no time is offered that day.
    next_opening: dt.datetime | None = None


@frozen(kw_only=True)
class Offer:
    """Free slots in order of time, or the reason that there are none.

    With a reason the slots are alternatives: `find` gives none, the booking adds the nearest.
    """

    slots: tuple[Slot, ...] = ()
    refused: Refused | None = None


def find(
    schedule: Schedule, busy: Sequence[Busy], now: dt.datetime, request: Request, *, limit: int = 3
) -> Offer:
    """Return the first `limit` free slots that start on the day, in steps of the grid from each opening.

    `busy` must cover the day, the day before and the two after it, without the appointment that is moved, and
    `schedule` their exceptions. Raises InvalidField for a duration that is not between a minute and a day.
    """
    _check(request)
    today = now.astimezone(ZoneInfo(schedule.timezone)).date()
    why = _refused_day(schedule, today, request.date)
    any_time = (request.from_minute, request.until_minute) == (0, _DAY_MIN)
    full = Why.FULL if any_time else Why.FULL_THEN
    slots: list[Slot] = []
    if why is None:
        slots, why = _sift(
            _open_slots(schedule, request),
            (
                (lambda _: True, Why.TOO_LONG),
                (lambda slot: request.from_minute <= _minute(slot) < request.until_minute, Why.NOT_THEN),
                (lambda slot: slot.starts_at >= now, Why.PAST),
                (lambda slot: slot.starts_at >= now + schedule.notice_min * _MINUTE, Why.TOO_SOON),
                (lambda slot: not _taken(slot, busy) and not _is_there(slot, request), full),
            ),
        )
    if why is Why.NOT_THEN:
        return Offer(refused=_not_then(schedule, request, now))
    if why is not None:
        return Offer(refused=_because(why, schedule, request))
    return Offer(slots=tuple(slots[:limit]))


def judge(
    schedule: Schedule, busy: Sequence[Busy], now: dt.datetime, request: Request, starts_at: dt.datetime
) -> Slot | Refused:
    """Return the slot that starts at this very instant if it can be booked now, or else the reason.

    The day and the part of it that the request names do not count. `busy`, exceptions and errors as for
    `find`.
    """
    _check(request)
    zone = ZoneInfo(schedule.timezone)
    request = attrs.evolve(request, date=starts_at.astimezone(zone).date())
    why = Why.PAST if starts_at < now else _refused_day(schedule, now.astimezone(zone).date(), request.date)
    slots: list[Slot] = []
    if why is None:
        slots, why = _sift(
            _open_slots(schedule, request),
            (
                (lambda _: True, Why.TOO_LONG),
                (lambda slot: slot.starts_at == starts_at, Why.OFF_GRID),
                (lambda slot: slot.starts_at >= now + schedule.notice_min * _MINUTE, Why.TOO_SOON),
                (lambda slot: not _taken(slot, busy), Why.FULL),
            ),
        )
    return slots[0] if why is None else _because(why, schedule, request)


def room(
    schedule: Schedule, busy: Sequence[Busy], now: dt.datetime, request: Request, starts_at: dt.datetime
) -> Slot | Refused:
    """Return the slot that starts at this very instant, whatever the hours, grid, notice and days ahead.

    Only what is taken refuses it (FULL), and an instant that is a slip of the pen: more than ten years ago
    (PAST) or from now (TOO_FAR). `busy` and errors as for `find`.
    """
    _check(request)
    if abs(starts_at - now) > _SLIP:
        return _because(Why.PAST if starts_at < now else Why.TOO_FAR, schedule, request)
    zone = ZoneInfo(schedule.timezone)
    request = attrs.evolve(request, date=starts_at.astimezone(zone).date())
    slot = _slot(starts_at.astimezone(dt.UTC), request, zone)
    return _because(Why.FULL, schedule, request) if _taken(slot, busy) else slot


def to_move(known: Appointment, date: dt.date | None = None, **times: int) -> Request:
    """Ask for another place for this appointment with its buffers, on that day or on its own."""
    return Request(
        date=date or known.starts_at.date(),
        duration_min=(known.ends_at - known.starts_at) // _MINUTE,
        buffer_before_min=(known.starts_at - known.busy_start) // _MINUTE,
        buffer_after_min=(known.busy_end - known.ends_at) // _MINUTE,
        moving=known,
        **times,
    )


def open_during(schedule: Schedule, starts_at: dt.datetime, ends_at: dt.datetime) -> bool:
    """Say whether the business is open for all of that time, which is no longer than a day.

    `schedule` must have the exceptions of the day that it starts on and of the two after it.
    """
    zone = ZoneInfo(schedule.timezone)
    return _within(_open_spans(schedule, zone, starts_at.astimezone(zone).date()), starts_at, ends_at)


def next_opening(schedule: Schedule, date: dt.date, days: int) -> dt.datetime | None:
    """Return when the business opens next after that date, on its clock; None if not in so many days.

    `schedule` must have the exceptions of all those days.
    """
    zone = ZoneInfo(schedule.timezone)
    for away in range(1, days + 1):
        day = date + away * _DAY
        if hours := _hours_on(schedule, day):
            return _first_showing(day, min(span.opens_minute for span in hours), zone).astimezone(zone)
    return None


def _check(request: Request) -> None:
    if not 1 <= request.duration_min <= _DAY_MIN:
        raise InvalidField("duration_min", "must be between 1 and {most} minutes", {"most": _DAY_MIN})


def _because(why: Why, schedule: Schedule, request: Request) -> Refused:
    return Refused(why=why, date=request.date, notice_min=schedule.notice_min, days_ahead=schedule.days_ahead)


def _not_then(schedule: Schedule, request: Request, now: dt.datetime) -> Refused:
    refused = _because(Why.NOT_THEN, schedule, request)
    hours = _joined(_hours_on(schedule, request.date))
    if any(_fits(span, request) for span in hours):
        return refused  # open, but nothing begins then
    before = [span.closes_minute for span in hours if span.opens_minute <= request.from_minute]
    after = [span.opens_minute for span in hours if span.opens_minute >= request.until_minute]
    soonest = now + schedule.notice_min * _MINUTE
    starts = [
        minute
        for slot in _open_slots(schedule, request)
        if (minute := _minute(slot)) < request.from_minute and slot.starts_at >= soonest
    ]
    return attrs.evolve(
        refused,
        closes_minute=max(before, default=None),
        opens_minute=min(after, default=None),
        last_start_minute=max(starts, default=None),
    )


def _joined(hours: Sequence[DayHours]) -> list[DayHours]:
    joined: list[DayHours] = []
    for span in sorted(hours, key=lambda span: span.opens_minute):
        if joined and span.opens_minute == joined[-1].closes_minute:
            joined[-1] = attrs.evolve(joined[-1], closes_minute=span.closes_minute)
        else:
            joined.append(span)
    return joined


def _fits(span: DayHours, request: Request) -> bool:
    """Say whether that duration could begin in the named part of the opening, if every minute would do.

    What is open until midnight may be open after it.
    """
    first = max(span.opens_minute, request.from_minute)
    ends = min(first + request.duration_min, _DAY_MIN)
    return first < min(request.until_minute, span.closes_minute) and ends <= span.closes_minute


def _refused_day(schedule: Schedule, today: dt.date, date: dt.date) -> Why | None:
    if date < today:
        return Why.PAST
    if (date - today).days > schedule.days_ahead:
        return Why.TOO_FAR
    if _hours_on(schedule, date):
        return None
    excepted = any(day.date == date for day in schedule.exceptions)
    return Why.CLOSED_THAT_DATE if excepted else Why.CLOSED_THAT_WEEKDAY


def _sift(
    slots: list[Slot], sieves: Sequence[tuple[Callable[[Slot], bool], Why]]
) -> tuple[list[Slot], Why | None]:
    """Return the slots that pass every sieve; where one lets none pass, no slots and its reason."""
    for keep, why in sieves:
        slots = [slot for slot in slots if keep(slot)]
        if not slots:
            return [], why
    return slots, None


def _hours_on(schedule: Schedule, date: dt.date) -> Sequence[DayHours]:
    """Return the hours of a date: its own if it is an exception, else its weekday's."""
    for day in schedule.exceptions:
        if day.date == date:
            return day.hours
    return [
        DayHours(opens_minute=span.opens_minute, closes_minute=span.closes_minute)
        for span in schedule.weekly
        if span.weekday == date.weekday()
    ]


def _open_slots(schedule: Schedule, request: Request) -> list[Slot]:
    zone = ZoneInfo(schedule.timezone)
    spans = _open_spans(schedule, zone, request.date)
    minutes = {
        minute
        for span in _hours_on(schedule, request.date)
        for minute in range(span.opens_minute, span.closes_minute, schedule.grid_min)
    }
    return [
        slot
        for minute in sorted(minutes)
        if (start := _instant(_wall(request.date, minute), zone)) is not None
        for slot in (_slot(start, request, zone),)
        if _within(spans, slot.starts_at, slot.ends_at)
    ]


def _slot(starts_at: dt.datetime, request: Request, zone: ZoneInfo) -> Slot:
    ends_at = starts_at + request.duration_min * _MINUTE
    return Slot(
        wall=starts_at.astimezone(zone),
        starts_at=starts_at,
        ends_at=ends_at,
        busy_start=starts_at - request.buffer_before_min * _MINUTE,
        busy_end=ends_at + request.buffer_after_min * _MINUTE,
    )


def _within(spans: Sequence[_Span], starts_at: dt.datetime, ends_at: dt.datetime) -> bool:
    return any(opens <= starts_at and ends_at <= closes for opens, closes in spans)


def _open_spans(schedule: Schedule, zone: ZoneInfo, date: dt.date) -> list[_Span]:
    """Open time from `date` on, as far as a slot of a day's length can reach, joined where it meets."""
    joined: list[_Span] = []
    for opens, closes in sorted(_each_opening(schedule, zone, date)):
        if joined and opens <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], closes))
        else:
            joined.append((opens, closes))
    return joined


def _each_opening(schedule: Schedule, zone: ZoneInfo, date: dt.date) -> Iterator[_Span]:
    for days in range(3):
        day = date + days * _DAY
        for span in _hours_on(schedule, day):
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
    """Return when the clock first shows that wall time, in UTC; None if it never does."""
    instant = wall.replace(tzinfo=zone).astimezone(dt.UTC)
    return instant if instant.astimezone(zone).replace(tzinfo=None) == wall else None


def _minute(slot: Slot) -> int:
    return slot.wall.hour * 60 + slot.wall.minute


def _taken(slot: Slot, busy: Sequence[Busy]) -> bool:
    return any(taken.starts_at < slot.busy_end and slot.busy_start < taken.ends_at for taken in busy)


def _is_there(slot: Slot, request: Request) -> bool:
    return request.moving is not None and slot.starts_at == request.moving.starts_at
