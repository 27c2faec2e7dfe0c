"""The calendar link: a calendar program that knows it reads the appointments, and nobody signs in for it."""

import datetime as dt
import sqlite3
from functools import partial

import trio
from attrs import define, field
from quart import Blueprint, Response, request

from storage import feeds, schedule
from storage.records import Business
from web.origin import Origin
from web.pages import agenda, calendar_file
from web.pages.agenda import Entry
from web.pages.render import words_of
from web.pages.routes import post
from web.pages.site import Site
from web.pages.visit import Visit
from web.pages.words import LANGUAGES

FEEDS_PATH = "/feeds/"
_BACK_DAYS, _AHEAD_DAYS = 30, 365
_SHOWN_ON = ("/settings", "/appointments")


@define(kw_only=True, eq=False)
class Feed:
    """What calendar programs fetch."""

    site: Site
    # A full year takes a second and a half: one at a time, and never in place of what a call has to read.
    _writing: trio.CapacityLimiter = field(factory=lambda: trio.CapacityLimiter(1), init=False)

    def blueprint(self) -> Blueprint:
        """Return the route, ready to be registered."""
        pages = Blueprint("feed", __name__)
        self.site.guard(pages)
        pages.add_url_rule(f"{FEEDS_PATH}<token>.ics", "calendar", self.calendar)
        return pages

    async def calendar(self, token: str) -> Response:
        """Send the appointments of the business that the link is for."""
        now = self.site.deployment.now()
        found = await self.site.deployment.database.read(partial(_found, token=token, now=now))
        if found is None:
            return self.site.failed(404)
        business, entries = found
        words = words_of(business.language if business.language in LANGUAGES else "en")
        write = partial(calendar_file.calendar, business, entries, words, now)
        file = await trio.to_thread.run_sync(write, limiter=self._writing)
        return Response(file, content_type="text/calendar; charset=utf-8")


def _found(
    conn: sqlite3.Connection, token: str, now: dt.datetime
) -> tuple[Business, tuple[Entry, ...]] | None:
    business = feeds.business_of(conn, token)
    if business is None:
        return None
    first = schedule.local(business.timezone, now).date() - dt.timedelta(days=_BACK_DAYS)
    days = _BACK_DAYS + 1 + max(_AHEAD_DAYS, business.days_ahead)
    return business, agenda.of_days(conn, business.id, first, days, business.timezone)


def url(visit: Visit, token: str | None) -> str | None:
    """Return the whole link of a business with this token, for feed_settings.html; None without a token."""
    if token is None:
        return None
    return f"{Origin(visit.deployment.configuration).base_url(request.host)}{FEEDS_PATH}{token}.ics"


async def renew(visit: Visit) -> Response:
    """Make the link, or another in its place."""
    await visit.write(feeds.renew)
    return visit.go(_back(visit), "feed_made")


async def stop(visit: Visit) -> Response:
    """Have the link lead nowhere."""
    await visit.write(feeds.stop)
    return visit.go(_back(visit), "feed_stopped")


def _back(visit: Visit) -> str:
    asked = visit.form.get("back")
    return f"{asked if asked in _SHOWN_ON else _SHOWN_ON[0]}#calendar-link"


ROUTES = (post("/feed/renew", renew), post("/feed/stop", stop))
