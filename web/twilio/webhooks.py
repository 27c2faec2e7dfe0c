"""Twilio's webhooks: what to do with a new call, with one whose stream or transfer has ended.

Every answer is TwiML that ends in a person, in words or in a hang-up, so nobody is left on a silent line.
"""

import logging
import re
import sqlite3
from collections.abc import Callable
from functools import partial
from typing import NoReturn, Protocol
from urllib.parse import parse_qsl

import trio
from attrs import frozen
from quart import Blueprint, Response, abort, request

from engine.outcome import Outcome
from engine.ports import Back
from engine.switchboard import Switchboard
from office import numbers
from office.grant import Grant
from storage import blocked, businesses, calls, facts
from storage.database import Database
from storage.records import Business
from web.asgi import path_and_query
from web.metrics import Refusal
from web.origin import Origin
from web.signature import Form
from web.twilio import twiml
from web.twilio.media import MEDIA_PATH
from web.twilio.tokens import StreamTokens

log = logging.getLogger(__name__)

VOICE_PATH = "/twilio/voice"
AFTER_PATH = "/twilio/after"
DIALLED_PATH = "/twilio/dialled"
# Of Twilio's call statuses those that are final.
_OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
_ISRAEL = "+972"
_RECORD_WITHIN_S = (
    10.0  # of one request: longer than a call may take to close its line and to write; Twilio waits for 15 s
)
_MOST_FIELDS = 200
_METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
_BY_POST = "Set this webhook to HTTP POST in the Twilio console."
_SID = re.compile(r"[A-Za-z0-9]{1,64}")
_WORD = re.compile(r"[a-z-]{1,32}")


class TransferOver(Protocol):
    """Told of a call whose transfer is over, however it ended; None: nobody said how.

    Its caller has hung up, or is sent `back` to the bot.
    """

    async def __call__(self, call_sid: str, status: str | None, *, back: bool = False) -> None: ...


@frozen(kw_only=True)
class Webhooks:
    """The requests that Twilio makes about a call."""

    origin: Origin
    tokens: StreamTokens
    switchboard: Switchboard
    database: Database
    transfer_over: TransferOver
    refused: Callable[[Refusal], None] = lambda _reason: None
    reached: Callable[[int], None] = lambda _business_id: None  # told the business that a call has come to

    def blueprint(self) -> Blueprint:
        """Return the routes, ready to be registered."""
        routes = Blueprint("twilio", __name__)
        # All methods, so that a number that is set to another one than POST is answered with words.
        add = partial(routes.add_url_rule, methods=_METHODS, provide_automatic_options=False)
        add(VOICE_PATH, "voice", self.voice)
        add(AFTER_PATH, "after", self.after)
        add(DIALLED_PATH, "dialled", self.dialled)
        add("/twilio/status", "status", self.status)
        return routes

    async def voice(self) -> Response:
        """Answer a call that comes in: stream it, or say why not.

        Twilio repeats a request whose answer was lost. Each answer carries a token of its own, all of them
        for this call, and the switchboard lets a call in only once. Its signature bears no time, so whoever
        once saw a request can send it again for ever: for a call that has ended, or that was put through, it
        opens nothing.
        """
        form = await self._signed_form()
        call_sid, called = _sid(form), _required(form, "To")
        caller = numbers.caller_number(form.get("From", ""))
        try:
            read = partial(_called, called=called, caller=caller, call_sid=call_sid)
            business, refused, outcome = await self.database.read(read)
        except sqlite3.Error:
            log.exception("voice: the business of call %s cannot be read", call_sid)
            words = _words_at(called)
            return _said(words.apology, words)
        if business is None:
            log.warning("voice: call %s refused: no business has %s", call_sid, numbers.masked(called))
            words = _words_at(called)
            return _said(words.not_in_service, words)
        self.reached(business.id)
        if refused:
            log.info("voice: call %s refused: %s is blocked", call_sid, numbers.masked(caller or ""))
            return _xml(twiml.reject())
        if (self.switchboard.outcome(call_sid) or outcome) is not None:
            # A hang-up and no 403, on which Twilio would ring the fallback and speak of an error.
            self.refused(Refusal.ENDED)
            log.warning("voice: call %s refused: it has ended", call_sid)
            return _xml(twiml.hang_up())
        if not self.switchboard.has_room:
            why = Refusal.DRAINING if self.switchboard.draining else Refusal.BUSY
            self.refused(why)
            log.warning("voice: call %s refused: %s, %d live", call_sid, why, self.switchboard.live)
            words = twiml.words(business.language)
            return _said(words.busy, words)
        log.info("voice: call %s for business %s", call_sid, business.id)
        return self._streamed(business, form)

    async def after(self) -> Response:
        """Go on when a stream has ended: put its caller through, take them back, hang up, or apologise first.

        A caller whose line broke comes back to the bot, once; whoever has hung up hears nothing any more.
        """
        form = await self._signed_form()
        call_sid = _sid(form)
        if _caller_left(form):
            log.info("after: call %s is over", call_sid)
            if await self._known_outcome(call_sid) in (Outcome.TRANSFERRED, None):
                await self.transfer_over(call_sid, "canceled")  # before anybody was rung
            return _xml(twiml.hang_up())
        until = trio.current_time() + _RECORD_WITHIN_S
        outcome = await self._outcome(call_sid, until)
        log.info("after: call %s ended: %s", call_sid, outcome or "unknown")
        if outcome is Outcome.TRANSFERRED and self.switchboard.awaits(call_sid):
            # The way back was not taken. To dial again would ring the person for ever.
            await self.transfer_over(call_sid, None)
            words = await self._words(form)
            return _said(words.nobody_answered, words)
        if outcome is Outcome.TRANSFERRED:
            return await self._put_through(form, until)
        if outcome is Outcome.CARRIER_LOST and self.switchboard.may_lead_back(call_sid):
            return await self._back_to_the_bot(form, Back.CUT_OFF, until)
        return _xml(twiml.after(outcome, await self._words(form)))

    async def dialled(self) -> Response:
        """Go on when a transfer has ended: if nobody answered, the caller comes back to the bot."""
        form = await self._signed_form()
        call_sid, status = _sid(form), _required(form, "DialCallStatus")
        log.info("dialled: call %s: %s", call_sid, _word(status))
        status = status if status in calls.DIAL_STATUSES else "failed"
        if status in calls.ANSWERED or _caller_left(form):
            await self.transfer_over(call_sid, status)
            return _xml(twiml.hang_up())
        return await self._unanswered(form, status, trio.current_time() + _RECORD_WITHIN_S)

    async def status(self) -> Response:
        """Take Twilio's word on how the call itself went."""
        form = await self._signed_form()
        call_sid, status = _sid(form), _required(form, "CallStatus")
        log.info("status: call %s is %s", call_sid, _word(status))
        if status in _OVER and await self._known_outcome(call_sid) is Outcome.TRANSFERRED:
            await self.transfer_over(call_sid, None)  # what would have told us more may not have come
        return Response("", 204)

    async def _put_through(self, form: dict[str, str], until: float) -> Response:
        call_sid = _sid(form)
        try:
            caller = numbers.caller_number(form.get("From", ""))
            found = await self.database.read(partial(_transfer, call_sid=call_sid, caller=caller))
        except sqlite3.Error:
            log.exception("after: to whom call %s is to be put through cannot be read", call_sid)
            found = None
        if found is None:
            return await self._unanswered(form, "failed", until)
        business, phone = found
        log.info("after: call %s is put through to %s", call_sid, numbers.masked(phone))
        return _xml(twiml.dial(phone, caller_id=business.number, action=DIALLED_PATH))

    async def _unanswered(self, form: dict[str, str], status: str, until: float) -> Response:
        """Answer for a transfer that ended so: its caller is back with the bot, or the call is over."""
        call_sid = _sid(form)
        answer = await self._back_to_the_bot(form, Back.UNANSWERED, until)
        with trio.move_on_at(until):  # it is written in the end also if that is too late
            await self.transfer_over(call_sid, status, back=self.switchboard.awaits(call_sid))
        return answer

    async def _back_to_the_bot(self, form: dict[str, str], why: Back, until: float) -> Response:
        call_sid, caller = _sid(form), numbers.caller_number(form.get("From", ""))
        read = partial(_called, called=form.get("To", ""), caller=caller, call_sid=call_sid)
        try:
            business, refused, _ = await self.database.read(read)
        except sqlite3.Error:
            log.exception("the business of call %s, which comes back, cannot be read", call_sid)
            business, refused = None, False
        if refused:  # since the call began
            log.info("call %s does not come back: %s is blocked", call_sid, numbers.masked(caller or ""))
            return _xml(twiml.hang_up())
        if business is None or not await self._has_room_again(call_sid, until):
            log.warning("call %s cannot come back, %s: %d live", call_sid, why, self.switchboard.live)
            words = twiml.words(business.language) if business else _words_at(form.get("To", ""))
            return _said(words.nobody_answered if why is Back.UNANSWERED else words.apology, words)
        self.switchboard.lead_back(call_sid, cut_off=why is Back.CUT_OFF)
        log.info("call %s comes back: %s", call_sid, why)
        return self._streamed(business, form, back=why)

    async def _has_room_again(self, call_sid: str, until: float) -> bool:
        """Say whether another stream of the call would be admitted, once the record of its first is written.

        Before that it would be refused, and the person rung once more.
        """
        with trio.move_on_at(until):
            await self.switchboard.wait_over(call_sid)
            return self.switchboard.has_room
        return False

    def _streamed(self, business: Business, form: dict[str, str], back: Back | None = None) -> Response:
        grant = Grant(
            call_sid=_sid(form),
            business_id=business.id,
            caller_number=numbers.caller_number(form.get("From", "")),
            back=back,
        )
        stream_url = self.origin.stream_url(request.host, MEDIA_PATH)
        return _xml(twiml.connect(stream_url, self.tokens.issue(grant), action=AFTER_PATH))

    async def _business(self, called: str) -> Business | None:
        return await self.database.read(partial(businesses.by_number, number=called))

    async def _words(self, form: dict[str, str]) -> twiml.Words:
        called = form.get("To", "")
        try:
            business = await self._business(called)
        except sqlite3.Error:
            log.exception("after: the language of call %s cannot be read", _sid(form))
            business = None
        return twiml.words(business.language) if business else _words_at(called)

    async def _outcome(self, call_sid: str, until: float) -> Outcome | None:
        """Return how the stream ended.

        Twilio asks only once it has, so one that we still hold has broken unseen.
        """
        if self.switchboard.lose(call_sid):
            with trio.move_on_at(until):
                await self.switchboard.wait_over(call_sid)
        return await self._known_outcome(call_sid)

    async def _known_outcome(self, call_sid: str) -> Outcome | None:
        return self.switchboard.outcome(call_sid) or await self._stored_outcome(call_sid)

    async def _stored_outcome(self, call_sid: str) -> Outcome | None:
        try:
            stored = await self.database.read(partial(calls.outcome, call_sid=call_sid))
        except sqlite3.Error:
            # Not knowing how a call ended must not cost the caller the apology.
            log.exception("after: the outcome of call %s cannot be read", call_sid)
            return None
        return Outcome(stored) if stored in set(Outcome) else None

    async def _signed_form(self) -> dict[str, str]:
        given = request.headers.get("X-Twilio-Signature", "")
        if request.method != "POST":
            # Signed by its URL alone, so it is Twilio's: whoever rings now hears "an application error".
            if self.origin.signed_webhook(given, request.host, path_and_query(request.scope), []):
                log.warning("webhook %s refused: it came by %s. %s", request.path, request.method, _BY_POST)
            _refuse(405, _BY_POST, Allow="POST")
        if request.mimetype != "application/x-www-form-urlencoded":
            _refuse(400, "send application/x-www-form-urlencoded")
        form = _decoded(await request.get_data(cache=False, as_text=False, parse_form_data=False))
        if not self.origin.signed_webhook(given, request.host, path_and_query(request.scope), form):
            log.warning("webhook %s refused: its signature does not fit its URL and form", request.path)
            self.refused(Refusal.BAD_SIGNATURE)
            _refuse(403, "bad signature")
        return dict(form)


def _called(
    conn: sqlite3.Connection, called: str, caller: str | None, call_sid: str
) -> tuple[Business | None, bool, str | None]:
    """Look up the called number, as (business, whether it blocks the caller, how the call ended).

    The business is None if nobody has that number, the last None if the call has not ended.
    """
    business, outcome = businesses.by_number(conn, called), calls.outcome(conn, call_sid)
    if business is None or caller is None:
        return business, False, outcome
    return business, blocked.is_blocked(conn, business.id, caller), outcome


def _transfer(conn: sqlite3.Connection, call_sid: str, caller: str | None) -> tuple[Business, str] | None:
    """Return where the call's business lets it be put through to now; None, and logged, if it may not be.

    The tool took the number from the owner's list. What is dialled is checked against that list again: in the
    end it is the only thing that decides whose telephone rings at the business's cost.
    """
    asked = calls.transfer_to(conn, call_sid)
    business = businesses.by_id(conn, asked[0]) if asked else None
    if asked is None or business is None:
        log.error("after: call %s is to be put through, but to nobody", call_sid)
        return None
    phone = asked[1]
    if caller is not None and blocked.is_blocked(conn, business.id, caller):
        log.warning("after: call %s is not put through: its caller is blocked", call_sid)
        return None
    if phone not in {person.phone for person in facts.people(conn, business.id)}:
        log.warning("after: call %s is not put through: no number of the owner's list", call_sid)
        return None
    if not numbers.dialable(phone, business.number):
        shown = numbers.masked(phone)
        log.warning("after: call %s is not put through: %s may not be dialled", call_sid, shown)
        return None
    return business, phone


def _words_at(called: str) -> twiml.Words:
    """Return the words for when no business says its language: by the country of the number called."""
    return twiml.words("he" if called.startswith(_ISRAEL) else "en")


def _caller_left(form: dict[str, str]) -> bool:
    """Say whether the call itself is over. Twilio asks then as well, but nobody hears its answer."""
    return form.get("CallStatus") in _OVER


def _word(status: str) -> str:
    return status if _WORD.fullmatch(status) else "(unreadable)"


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


def _refuse(status: int, text: str, **headers: str) -> NoReturn:
    abort(Response(f"{text}\n", status, headers, content_type="text/plain; charset=utf-8"))


def _said(text: str, words: twiml.Words) -> Response:
    return _xml(twiml.say_and_hang_up(text, words))


def _xml(document: str) -> Response:
    return Response(document, content_type="text/xml; charset=utf-8")
