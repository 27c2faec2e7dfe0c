"""What needs the owner: calls that failed or in which something was not so, and texts that were not sent."""

import datetime as dt
import re
import sqlite3
from collections.abc import Mapping, Sequence

from attrs import frozen

from storage import calls, leads, outbox, trouble
from storage.errors import NotFound
from storage.records import Call, Flag, Lead, Outgoing
from web.pages.words import mark

_LATELY = dt.timedelta(days=7)  # what is older stands among the calls: this is what to do now
_SHOWN = 5  # of each kind
_TEXT_WAITS = dt.timedelta(hours=1)  # the third try has failed by then

_NO_ACCOUNT = mark("This server can't send texts: TWILIO_ACCOUNT_SID is missing on it.")
_TRIED_AGAIN = mark("Not sent yet. It's being tried again.")
_NOT_SENT = mark("The text service refused it.")
# "Error and Warning Dictionary" of Twilio's documentation, and our own words (web/outbox.py).
_BY_CODE: Mapping[str, str] = {
    "20003": mark("Twilio doesn't accept this server's account SID and auth token."),
    "21211": mark("That number can't get texts."),
    "21408": mark("Your Twilio account may not send texts to that country."),
    "21606": mark("Your Twilio number can't send texts."),
    "21608": mark(
        "Your Twilio account is a trial: it only sends texts to numbers that you've verified there."
    ),
    "21610": mark("They've opted out of texts."),
    "21614": mark("That number can't get texts."),
}
_BY_PROBLEM: Mapping[str, str] = {
    "not sent within a day": mark("It couldn't be sent within a day."),
    "the owner gets no texts any more": mark("There's no mobile for messages any more."),
}
_CODE = re.compile(r"\bcode (\d+)")


@frozen(kw_only=True)
class CallToCheck:
    """A call that failed or has flags."""

    call: Call
    lead: Lead | None
    flags: Sequence[Flag]

    @property
    def untrue(self) -> str:
        """What the caller was told first that was not so; empty if nothing."""
        return next((flag.said for flag in self.flags if flag.kind == "said_not_done"), "")

    @property
    def unconfirmed(self) -> Sequence[dt.datetime]:
        """The times of appointments of which the caller did not hear that they are booked."""
        return [
            dt.datetime.fromisoformat(flag.done)
            for flag in self.flags
            if flag.kind == "confirmation_not_heard"
        ]


@frozen(kw_only=True)
class UnsentText:
    """A text message that was not sent."""

    outgoing: Outgoing
    call: Call
    lead: Lead | None
    why: str  # a message of the pages


@frozen(kw_only=True)
class Needs:
    """All of it; false if there is nothing."""

    calls: Sequence[CallToCheck]
    more_calls: bool  # than those
    texts: Sequence[UnsentText]
    more_texts: bool

    def __bool__(self) -> bool:
        return bool(self.calls or self.texts)


def found(conn: sqlite3.Connection, business_id: int, now: dt.datetime, *, can_text: bool) -> Needs:
    """Return what needs the business's owner.

    What can't be sent at all is said at once, anything else after an hour.
    """
    to_check = trouble.to_check(conn, business_id, now - _LATELY, _SHOWN + 1)
    unsent = outbox.unsent(
        conn,
        business_id,
        since=now - _LATELY,
        waited_since=now - _TEXT_WAITS if can_text else now,
        limit=_SHOWN + 1,
    )
    return Needs(
        calls=[_call(conn, business_id, call) for call in to_check[:_SHOWN]],
        more_calls=len(to_check) > _SHOWN,
        texts=[_text(conn, business_id, each, can_text=can_text) for each in unsent[:_SHOWN]],
        more_texts=len(unsent) > _SHOWN,
    )


def _call(conn: sqlite3.Connection, business_id: int, call: Call) -> CallToCheck:
    flags = calls.flags(conn, business_id, call.call_sid)
    return CallToCheck(call=call, lead=_lead(conn, business_id, call), flags=flags)


def _text(conn: sqlite3.Connection, business_id: int, outgoing: Outgoing, *, can_text: bool) -> UnsentText:
    call = calls.get(conn, business_id, outgoing.call_sid)
    if call is None:
        raise NotFound("call", outgoing.call_sid)  # no row can refer to what is not there
    return UnsentText(
        outgoing=outgoing,
        call=call,
        lead=_lead(conn, business_id, call),
        why=why_unsent(outgoing, can_text=can_text),
    )


def _lead(conn: sqlite3.Connection, business_id: int, call: Call) -> Lead | None:
    return leads.get(conn, business_id, call.lead_id) if call.lead_id is not None else None


def why_unsent(outgoing: Outgoing, *, can_text: bool) -> str:
    """Say why a text was not sent, as a message of the pages."""
    if not can_text and outgoing.status == "pending":
        return _NO_ACCOUNT
    code = _CODE.search(outgoing.problem)
    if known := _BY_PROBLEM.get(outgoing.problem) or (code and _BY_CODE.get(code[1])):
        return known
    return _TRIED_AGAIN if outgoing.status == "pending" else _NOT_SENT
