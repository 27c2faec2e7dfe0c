"""When the business is open: the week, the dates that differ, and what a caller would be offered."""

import datetime as dt
import sqlite3
from functools import partial
from typing import Any

import attrs
from attrs import frozen
from quart import Response

from office.preview import preview
from office.tools.calendar import DURATION_MIN
from storage import booking, businesses, schedule, services
from storage.availability import Request
from storage.errors import InvalidField
from storage.records import ExceptionDay
from web.pages import agenda, public_holidays, week_form
from web.pages import form_fields as from_form
from web.pages.routes import get, post
from web.pages.visit import Visit
from web.pages.week_form import Draft

_HOLIDAYS_SHOWN = 6
_RULES = ("grid_min", "notice_min", "days_ahead")
_LAST_DATE = dt.date.max


@frozen(kw_only=True)
class _Typed:
    """What the forms of the page hold while it is not right, or not saved."""

    week: Draft | None = None
    rules: dict[str, str] = attrs.Factory(dict)
    exception: dict[str, str] = attrs.Factory(dict)


async def show(visit: Visit) -> Response:
    """Show the hours as they are, and a preview if a date was asked for."""
    return await _page(visit, _Typed())


async def save_week(visit: Visit) -> Response:
    """Keep the week; or do what another button of the form says, and keep nothing yet."""
    draft = week_form.of_form(visit.form)
    act = visit.form.get("do", "save")
    if act != "save":
        ticked = {day: visit.form.getlist(f"to-{day}") for day in draft}
        return await _page(visit, _Typed(week=week_form.edited(draft, act, ticked)))
    try:
        hours = week_form.hours(draft)
    except InvalidField as error:
        return await _page(visit, _Typed(week=draft), error)
    job = partial(schedule.set_weekly_hours, business_id=visit.business.id, hours=hours)
    return await visit.change("hours", "", job, back="/hours")


async def save_rules(visit: Visit) -> Response:
    """Keep how far ahead callers book, and in which steps."""
    typed = {name: visit.form.get(name, "") for name in _RULES}
    try:
        rules = {name: from_form.whole_number(name, text) for name, text in typed.items()}
        job = partial(businesses.change, business_id=visit.business.id, **businesses.checked(**rules))
        return await visit.change("hours", "", job, back="/hours#rules")
    except InvalidField as error:
        return await _page(visit, _Typed(rules=typed), error)


async def add_exception(visit: Visit) -> Response:
    """Give a date its own hours, or close it."""
    form = visit.form
    try:
        day = ExceptionDay(
            date=from_form.date("date", form.get("date", "")),
            hours=() if form.get("closed") else _other_hours(week_form.rows(form)),
            note=form.get("note", ""),
        )
        job = partial(schedule.set_exception, business_id=visit.business.id, day=day)
        return await visit.change("hours", "", job, back="/hours#exceptions")
    except InvalidField as error:
        return await _page(visit, _Typed(exception=form.to_dict()), error)


async def remove_exception(visit: Visit) -> Response:
    """Let a date follow its weekday again."""
    date = from_form.date("date", visit.form.get("date", ""))
    job = partial(schedule.remove_exception, business_id=visit.business.id, date=date)
    return await visit.change("hours", "", job, back="/hours#exceptions")


def _other_hours(rows: list[week_form.Row]) -> tuple[Any, ...]:
    spans = week_form.day_hours("exception", rows)
    if not spans:
        raise InvalidField("exception", "has no times; give some, or tick that it is closed")
    return spans


async def _page(visit: Visit, typed: _Typed, error: InvalidField | None = None) -> Response:
    errors = visit.problem(error) if error else {}
    if error and error.field[:4].isdecimal():  # a date's own hours
        errors = {"exception": visit.words.problem(error)}
    found = await visit.read(_found, visit, typed)
    return await visit.page(
        "hours.html",
        status=422 if errors else 200,
        errors=errors,
        typed=typed,
        first="first" in visit.query,
        **found,
    )


def _found(conn: sqlite3.Connection, business_id: int, visit: Visit, typed: _Typed) -> dict[str, Any]:
    business, today = visit.business, visit.today
    exceptions = schedule.exceptions(conn, business_id, today, _LAST_DATE)
    taken = {day.date for day in exceptions}
    suggested = public_holidays.coming(business, today, most=_HOLIDAYS_SHOWN + len(taken))
    offered = services.offered(conn, business_id)
    return {
        "week": typed.week or week_form.drafted(schedule.weekly_hours(conn, business_id)),
        "exceptions": exceptions,
        "holidays": [(day, name) for day, name in suggested if day not in taken][:_HOLIDAYS_SHOWN],
        "rules": typed.rules or {name: getattr(business, name) for name in _RULES},
        "outside": [
            agenda.entry(conn, business_id, appointment, business.timezone)
            for appointment in booking.outside(conn, business_id, visit.now)
        ],
        "grids": [(grid, visit.words.duration(grid)) for grid in businesses.GRIDS_MIN],
        "service_choices": [(service.id, service.name) for service in offered],
        "preview": _preview(conn, visit, {str(service.id): service for service in offered}),
    }


def _preview(conn: sqlite3.Connection, visit: Visit, offered: dict[str, Any]) -> Any:
    """Return what a caller who asks for that day is told; None if no day was asked for."""
    try:
        date = dt.date.fromisoformat(visit.query.get("on", ""))
    except ValueError:
        return None
    service = offered.get(visit.query.get("service", "")) or next(iter(offered.values()), None)
    request = Request(
        date=date,
        duration_min=service.duration_min if service else DURATION_MIN,
        buffer_before_min=service.buffer_before_min if service else 0,
        buffer_after_min=service.buffer_after_min if service else 0,
    )
    return preview(conn, visit.business, request, visit.now, language=visit.owner.language)


ROUTES = (
    get("/hours", show),
    post("/hours", save_week),
    post("/hours/rules", save_rules),
    post("/hours/exceptions", add_exception),
    post("/hours/exceptions/remove", remove_exception),
)
