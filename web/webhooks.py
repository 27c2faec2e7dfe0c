"""Twilio's webhooks: what to do with a new call, with a call whose stream has ended, and its status.

Every answer is TwiML that ends in words or a hang-up, so nobody is left on a silent line.
"""

import logging
import re
import sqlite3
from functools import partial
from typing import NoReturn
from urllib.parse import parse_qsl

from attrs import frozen
from quart import Blueprint, Response, abort, request

from engine.outcome import Outcome
from engine.switchboard import Switchboard
from storage import businesses, calls
from storage.database import Database
from web import numbers, twiml
from web.asgi import path_and_query
from web.media import MEDIA_PATH
from web.origin import Origin
from web.signature import Form
from web.tokens import Grant, StreamTokens

log = logging.getLogger(__name__)

AFTER_PATH = "/twilio/after"
_MOST_FIELDS = 200
_SID = re.compile(r"[A-Za-z0-9]{1,64}")
_WORD = re.compile(r"[a-z-]{1,32}")


@frozen(kw_only=True)
class Webhooks:
    """The three requests that Twilio makes about a call."""

    origin: Origin
    tokens: StreamTokens
    switchboard: Switchboard
    database: Database

    def blueprint(self) -> Blueprint:
        """The routes, ready to be registered."""
        routes = Blueprint("twilio", __name__)
        routes.add_url_rule("/twilio/voice", "voice", self.voice, methods=["POST"])
        routes.add_url_rule(AFTER_PATH, "after", self.after, methods=["POST"])
        routes.add_url_rule("/twilio/status", "status", self.status, methods=["POST"])
        return routes

    async def voice(self) -> Response:
        """A call comes in: stream it, or say why not.

        Twilio repeats a request whose answer was lost. Each answer carries a token of its own, all of
        them for this call, and the switchboard lets a call in only once.
        """
        form = await self._signed_form()
        call_sid, called = _sid(form), _required(form, "To")
        try:
            business = await self.database.read(partial(businesses.by_number, number=called))
        except sqlite3.Error:
            log.exception("voice: the business of call %s cannot be read", call_sid)
            return _xml(twiml.say_and_hang_up(twiml.APOLOGY))
        if business is None:
            log.warning("voice: call %s refused: no business has %s", call_sid, numbers.masked(called))
            return _xml(twiml.say_and_hang_up(twiml.NO_BUSINESS))
        if not self.switchboard.has_room:
            why = "draining" if self.switchboard.draining else "busy"
            log.warning("voice: call %s refused: %s, %d live", call_sid, why, self.switchboard.live)
            return _xml(twiml.say_and_hang_up(twiml.BUSY))
        grant = Grant(
            call_sid=call_sid,
            business_id=business.id,
            caller_number=numbers.caller_number(form.get("From", "")),
            called_number=called,
        )
        log.info("voice: call %s for business %s", call_sid, business.id)
        stream_url = self.origin.stream_url(request.host, MEDIA_PATH)
        return _xml(twiml.connect(stream_url, self.tokens.issue(grant), action=AFTER_PATH))

    async def after(self) -> Response:
        """A stream has ended and the caller is still there: hang up, or apologise first."""
        call_sid = _sid(await self._signed_form())
        outcome = self.switchboard.outcome(call_sid) or await self._stored_outcome(call_sid)
        log.info("after: call %s ended: %s", call_sid, outcome or "unknown")
        return _xml(twiml.after(outcome))

    async def status(self) -> Response:
        """Twilio's word on how the call itself went."""
        form = await self._signed_form()
        call_sid, status = _sid(form), _required(form, "CallStatus")
        log.info("status: call %s is %s", call_sid, status if _WORD.fullmatch(status) else "(unreadable)")
        return Response("", 204)

    async def _stored_outcome(self, call_sid: str) -> Outcome | None:
        try:
            stored = await self.database.read(partial(calls.outcome, call_sid=call_sid))
        except sqlite3.Error:
            # Not knowing how a call ended must not cost the caller the apology.
            log.exception("after: the outcome of call %s cannot be read", call_sid)
            return None
        return Outcome(stored) if stored in set(Outcome) else None

    async def _signed_form(self) -> dict[str, str]:
        if request.mimetype != "application/x-www-form-urlencoded":
            _refuse(400, "send application/x-www-form-urlencoded")
        form = _decoded(await request.get_data(cache=False, as_text=False, parse_form_data=False))
        given = request.headers.get("X-Twilio-Signature", "")
        if not self.origin.signed_webhook(given, request.host, path_and_query(request.scope), form):
            log.warning("webhook %s refused: its signature does not fit its URL and form", request.path)
            _refuse(403, "bad signature")
        return dict(form)


def _decoded(body: bytes) -> Form:
    # Exactly once: Twilio's CallToken still holds percent signs after that, and they are signed.
    try:
        return parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        _refuse(400, f"the form must be UTF-8 with at most {_MOST_FIELDS} fields")


def _sid(form: dict[str, str]) -> str:
    sid = _required(form, "CallSid")
    if not _SID.fullmatch(sid):
        _refuse(400, "CallSid must be letters and digits")
    return sid


def _required(form: dict[str, str], name: str) -> str:
    if not form.get(name):
        _refuse(400, f"{name} is missing")
    return form[name]


def _refuse(status: int, text: str) -> NoReturn:
    abort(Response(f"{text}\n", status, content_type="text/plain; charset=utf-8"))


def _xml(document: str) -> Response:
    return Response(document, content_type="text/xml; charset=utf-8")
