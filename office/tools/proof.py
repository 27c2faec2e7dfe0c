"""Whose appointments are told: those that a fact of the caller's shows to be theirs, a name or a day.

Three askings that fail on one date of the business end it for their number, in whichever calls they were. A
name fails often without a lie, because it was heard and written anew; a day can be guessed. So askings with a
name alone do not use up those with a day: when three have failed no name is looked at any more, but a day is
until three askings with one have failed. What is answered to a wrong fact depends on that count alone, so
nobody learns which fact was wrong, or whether that number has appointments at all.
"""

import datetime as dt
import sqlite3
from collections.abc import Sequence

from engine.tools import Refusal
from office import names
from office.desk import Desk
from office.tools.witnesses import Told, understand
from storage import appointments, leads, proofs, wrong_facts
from storage.records import Appointment
from storage.wrong_facts import WrongFacts

_MOST_WRONG = 3


def shown(
    conn: sqlite3.Connection,
    business_id: int,
    _lead_id: int,
    *,
    desk: Desk,
    caller: str,
    name: str | None,
    told: Told | None,
) -> Sequence[Appointment] | Refusal:
    """Return the caller's coming appointments that the name or the day fits, which are noted to be theirs.

    Else what is to be said: it is returned because raising it would take the count back. All of it is one
    job, so that of many facts at once no more than a few are looked at.
    """
    wrong = wrong_facts.of(conn, business_id, caller, desk.today)
    asked = _still_asked(wrong)
    if asked == "too_many_wrong_facts" or (asked == "day_needed" and told is None):
        return desk.refusal(asked)
    lead = leads.of_phone(conn, business_id, caller)
    coming = appointments.of_lead(conn, business_id, lead.id, desk.now()) if lead else ()
    if not coming and proofs.any_of(conn, business_id, desk.call_sid):
        return ()  # they have shown who they are, and have cancelled what there was
    name = name if asked == "wrong_fact" else None
    found = [each for each in coming if name is not None and names.same(name, each.full_name)]
    day, unclear = (None, None) if found or told is None else _day(conn, business_id, desk, told)
    found = found or [each for each in coming if desk.local(each.starts_at).date() == day]
    if found:
        proofs.note(conn, business_id, desk.call_sid, [each.id for each in found])
        return found
    if day is not None or name is not None:  # a day that is not understood is no wrong fact
        kind: wrong_facts.Kind = "name" if day is None else "day"
        wrong_facts.note(conn, business_id, caller, desk.today, kind)
        wrong = wrong_facts.of(conn, business_id, caller, desk.today)
    return unclear or desk.refusal(_still_asked(wrong))


def _still_asked(wrong: WrongFacts) -> str:
    """Name the sentence that says what may still be tried."""
    if wrong.days >= _MOST_WRONG:
        return "too_many_wrong_facts"
    return "day_needed" if wrong.days + wrong.names >= _MOST_WRONG else "wrong_fact"


def _day(
    conn: sqlite3.Connection, business_id: int, desk: Desk, told: Told
) -> tuple[dt.date | None, Refusal | None]:
    """Return the day that was told, or the question for it."""
    try:
        return understand(conn, business_id, desk, told).wish.date, None
    except Refusal as unclear:
        return None, unclear
