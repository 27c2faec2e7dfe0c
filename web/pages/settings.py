"""What a business is called, whom it tells, how long it keeps its calls; and the way to other settings."""

import datetime as dt
import sqlite3
import zoneinfo
from collections.abc import Mapping
from functools import cache, partial

from quart import Response

from office import numbers
from storage import businesses, erasure, feeds
from storage.errors import InvalidField
from web.pages import feed
from web.pages.form_fields import whole_number
from web.pages.routes import get, post
from web.pages.visit import Visit
from web.pages.words import mark

_KEPT_DAYS = (30, 90, 180, 365, 730)
# What numbers.text_problem says, so that it is translated.
TEXT_PROBLEMS = (
    mark("is no telephone number: give it as +14155550100"),
    mark("is the business's own, which this server answers: give a mobile's"),
    mark("takes no text messages: give a mobile's"),
)


async def show(visit: Visit) -> Response:
    """Show the settings as they are."""
    business = visit.business
    typed = {
        "name": business.name,
        "timezone": business.timezone,
        "owner_phone": business.owner_phone or "",
        "keeps_audio": "1" if business.keeps_audio else "",
        "retention_days": str(business.retention_days),
    }
    return await _page(visit, typed)


async def save(visit: Visit) -> Response:
    """Keep them. Calls that would be erased for it are asked about first."""
    form = visit.form
    try:
        values = businesses.checked(
            name=form.get("name", ""),
            timezone=form.get("timezone", ""),
            owner_phone=_textable(form.get("owner_phone", ""), visit.business.number),
            keeps_audio=form.get("keeps_audio") == "1",
            retention_days=whole_number("retention_days", form.get("retention_days", "")),
        )
        if form.get("erase") != "1":
            await visit.read(_check_nothing_lost, values["retention_days"], visit.now)
    except InvalidField as error:
        return await _page(visit, form.to_dict(), error)
    job = partial(businesses.change, business_id=visit.business.id, **values)
    return await visit.change("business", "", job, back="/settings")


async def _page(visit: Visit, typed: Mapping[str, str], error: InvalidField | None = None) -> Response:
    return await visit.page(
        "settings.html",
        status=422 if error else 200,
        errors=visit.problem(error) if error else {},
        typed=typed,
        zones=_zones(),
        feed_url=feed.url(visit, await visit.read(feeds.token)),
        kept=[(days, _kept(visit, days)) for days in sorted({0, *_KEPT_DAYS, visit.business.retention_days})],
    )


def _kept(visit: Visit, days: int) -> str:
    if days == 0:
        return visit.words.say(mark("Until you remove them"))
    return visit.words.say(mark("%(days)s days"), days=days)


@cache
def _zones() -> list[str]:
    return sorted(zoneinfo.available_timezones())


def _textable(text: str, home_number: str) -> str | None:
    """Return a number that gets the business's text messages; None for none.

    It may be written as it is dialled at home.
    """
    if not text.strip():
        return None
    phone = numbers.typed_number(text, home_number)
    if phone is None:
        raise InvalidField("owner_phone", "is not a telephone number; write it as +14155550100")
    if problem := numbers.text_problem(phone, home_number):
        raise InvalidField("owner_phone", problem)
    return phone


def _check_nothing_lost(conn: sqlite3.Connection, business_id: int, days: int, now: dt.datetime) -> None:
    """Raise InvalidField if calls that are kept now would be erased, which nothing brings back."""
    if erasure.lost_to_term(conn, business_id, days, now):
        raise InvalidField(
            "retention_days", "would erase calls that are here now, for good; tick below that you mean it"
        )


ROUTES = (get("/settings", show), post("/settings", save))
