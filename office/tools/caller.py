"""update_lead_details and take_message: what the caller leaves."""

import sqlite3
from collections.abc import Callable

from attrs import Factory, define, field, frozen

from engine.tools import Tool, ToolCall, describe, optional
from office import names, numbers
from office.desk import CannotWrite, Desk, Result
from storage import appointments, calls, leads, messages

_CALLBACK = "A number to call back on, if theirs is withheld or they name another."


@frozen(kw_only=True)
class UpdateLeadDetails:
    """The arguments of update_lead_details."""

    full_name: str | None = optional("The caller's name, as they said it.")
    email: str | None = optional("The caller's e-mail address.")
    callback_phone: str | None = optional(_CALLBACK)
    notes: str | None = optional("What the owner should know, in a few words.")


@frozen(kw_only=True)
class TakeMessage:
    """The arguments of take_message."""

    text: str = field(metadata=describe("The message for the owner, whole, in the caller's language."))
    callback_phone: str | None = optional(_CALLBACK)


@define(eq=False)
class Caller:
    """The two tools that note something about the caller."""

    desk: Desk
    # The jobs of messages that the disk did not take; the final record tries them again.
    unwritten: list[Callable[[sqlite3.Connection, int, int], None]] = Factory(list)

    async def update_lead_details(self, details: UpdateLeadDetails, _call: ToolCall) -> Result:
        """Note what the caller said about themselves; what is not given stays as it was."""
        name = names.somebody(details.full_name)
        email, notes = names.given(details.email), (details.notes or "").strip() or None
        callback_phone = self._number(details.callback_phone)
        if all(value is None for value in (name, email, callback_phone, notes)):
            raise self.desk.refusal("nothing_to_note")

        def job(conn: sqlite3.Connection, business_id: int, lead_id: int) -> None:
            lead = leads.update_details(
                conn,
                business_id,
                lead_id,
                full_name=name,
                email=email,
                callback_phone=callback_phone,
                notes=notes,
            )
            if name is not None and lead.full_name is not None:
                appointments.name(conn, business_id, self.desk.call_sid, lead.full_name)

        await self.desk.write(job)
        nameless = details.full_name is not None and name is None
        return {"status": "ok", "say": self.desk.say("noted_but_the_name" if nameless else "noted")}

    async def take_message(self, message: TakeMessage, _call: ToolCall) -> Result:
        """Keep a message for the owner; if the disk does not take it, again as the call ends."""
        desk = self.desk
        if not message.text.strip():
            raise desk.refusal("message_empty")
        with desk.refusing_invalid():  # before the disk is asked: what it does not take now is tried later
            text = messages.checked(message.text)
        callback_phone = self._number(message.callback_phone)
        if desk.caller is None and callback_phone is None and not await desk.read(self._reachable):
            raise desk.refusal("ask_number")

        def job(conn: sqlite3.Connection, business_id: int, lead_id: int) -> None:
            if callback_phone is not None:
                leads.update_details(conn, business_id, lead_id, callback_phone=callback_phone)
            messages.take(conn, business_id, lead_id=lead_id, call_sid=desk.call_sid, text=text)

        try:
            await desk.write(job)
        except CannotWrite:
            self.unwritten.append(job)
            raise
        return {"status": "ok", "say": desk.say("message_taken")}

    def _reachable(self, conn: sqlite3.Connection, business_id: int) -> bool:
        """Say whether a caller who withholds the number has given one, in whichever stream of this call."""
        call = calls.get(conn, business_id, self.desk.call_sid)
        lead = leads.get(conn, business_id, call.lead_id) if call and call.lead_id is not None else None
        return lead is not None and lead.callback_phone is not None

    def _number(self, said: str | None) -> str | None:
        if (said := names.given(said)) is None:
            return None
        number = numbers.callback_number(said, self.desk.business.number)
        if number is None:
            raise self.desk.refusal("invalid_callback_phone")
        return number


UPDATE_LEAD_DETAILS = Tool(
    name="update_lead_details",
    description="Note the caller's name, address or number once they have said it.",
    label="Noting who calls",
    guidance={
        "en": "update_lead_details: as soon as the caller has said their name, their mail address or "
        "another number. If their number is withheld, ask for a number once.",
        "he": "update_lead_details: מיד כשנאמרו שם, כתובת מייל או מספר טלפון אחר. אם המספר חסוי, לבקש מספר "
        "פעם אחת.",
    },
    arguments=UpdateLeadDetails,
    run=Caller.update_lead_details,
    captures_lead=True,
)

TAKE_MESSAGE = Tool(
    name="take_message",
    description="Leave a message for the owner, who gets it after the call.",
    label="Taking a message",
    guidance={
        "en": "take_message: when only a person can help, or the caller asks for it. Read the message back "
        "in one sentence.",
        "he": "take_message: כשרק אדם יכול לעזור, או כשמבקשים להשאיר הודעה. לחזור על ההודעה במשפט אחד.",
    },
    arguments=TakeMessage,
    run=Caller.take_message,
)
