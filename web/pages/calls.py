"""The calls: who rang, how each ended, and which of them ask for a look."""

import datetime as dt
import sqlite3
from functools import partial
from typing import Any

from attrs import frozen
from quart import Response

from storage import call_search, calls, leads, trouble
from storage.records import Call, Lead, utc_text
from web.pages.labels import OUTCOMES
from web.pages.routes import get
from web.pages.visit import Visit
from web.pages.words import Words, mark
from web.reached import setup_of

_ON_A_PAGE = 50
_WORDS_CHARS = 200
_A_MINUTE_S = 60
_ANY = mark("In any way")
_SECONDS = mark("%(seconds)s s")
_MINUTES = mark("%(minutes)s min %(seconds)s s")


@frozen(kw_only=True)
class Asked:
    """What the owner looks for."""

    words: str
    outcome: str  # empty: any
    flagged: bool

    @property
    def parameters(self) -> dict[str, str]:
        """What of a URL asks for the same; none: all calls."""
        given = {"words": self.words, "outcome": self.outcome, "flagged": "1" if self.flagged else ""}
        return {name: value for name, value in given.items() if value}


@frozen(kw_only=True)
class Row:
    """One call of the list."""

    call: Call
    lead: Lead | None
    needs_a_look: bool


async def show(visit: Visit) -> Response:
    """Show a page of the calls that are looked for, the newest first."""
    query = visit.query
    asked = Asked(
        words=query.get("words", "").strip()[:_WORDS_CHARS],
        outcome=outcome if (outcome := query.get("outcome", "")) in OUTCOMES else "",
        flagged="flagged" in query,
    )
    found = await visit.read(_found, asked, _place(query.get("before", "")))
    outcomes = found.pop("outcomes")
    choices = [(each, visit.words.say(words)) for each, words in OUTCOMES.items() if each in outcomes]
    return await visit.page(
        "calls.html",
        asked=asked,
        outcome_choices=[("", visit.words.say(_ANY)), *choices],
        length=partial(length, visit.words),
        connected=setup_of(visit.deployment.configuration) is not None,
        **found,
    )


def _place(text: str) -> tuple[dt.datetime, str] | None:
    """Read the place in the list that a link names, also of a call that is gone; None if it names none."""
    started_at, _, call_sid = text.partition(" ")
    try:
        return dt.datetime.fromisoformat(started_at).astimezone(dt.UTC), call_sid
    except (ValueError, OverflowError):
        return None


def _found(
    conn: sqlite3.Connection, business_id: int, asked: Asked, before: tuple[dt.datetime, str] | None
) -> dict[str, Any]:
    found = call_search.find(
        conn,
        business_id,
        outcome=asked.outcome or None,
        words=asked.words,
        flagged=asked.flagged,
        before=before,
        limit=_ON_A_PAGE + 1,
    )
    shown = found[:_ON_A_PAGE]
    occurring = {asked.outcome, *calls.outcomes(conn, business_id)}
    flags = calls.flag_counts(conn, business_id, [call.call_sid for call in shown])
    last = shown[-1] if len(found) > _ON_A_PAGE else None
    older = f"{utc_text('before', last.started_at)} {last.call_sid}" if last else None
    return {
        "rows": [_row(conn, business_id, call, flags) for call in shown],
        "older": {**asked.parameters, "before": older} if older else None,
        "newest": before is None,
        "outcomes": [each for each in OUTCOMES if each in occurring],
    }


def _row(conn: sqlite3.Connection, business_id: int, call: Call, flags: dict[str, int]) -> Row:
    lead = leads.get(conn, business_id, call.lead_id) if call.lead_id is not None else None
    return Row(call=call, lead=lead, needs_a_look=trouble.needs_a_look(call, flags.get(call.call_sid, 0)))


def length(words: Words, duration_ms: int) -> str:
    """Say how long a call was: "2 min 5 s"."""
    minutes, seconds = divmod(round(duration_ms / 1000), _A_MINUTE_S)
    if not minutes:
        return words.say(_SECONDS, seconds=seconds)
    return words.say(_MINUTES, minutes=minutes, seconds=seconds)


ROUTES = (get("/calls", show),)
