"""Appointments as an iCalendar file (RFC 5545), for any calendar program. Pure.

Only what is booked is in it: a program that reads the file again drops what is no longer there.
"""

import datetime as dt
from collections.abc import Iterable

from icalendar import Calendar, Event

from office.language import spoken
from storage.records import Business
from web.pages.agenda import Entry
from web.pages.words import Words, mark

READ_AGAIN = dt.timedelta(minutes=15)
_NOBODY = mark("Number withheld")
_YEAR = dt.timedelta(days=366)


def calendar(business: Business, entries: Iterable[Entry], words: Words, now: dt.datetime) -> bytes:
    """Write the file; `now` is when it is read."""
    file = Calendar()
    file.add("prodid", "-//Frontdesk//Appointments//EN")
    file.add("version", "2.0")
    file.add("x-wr-calname", _text(business.name))
    file.add("x-wr-timezone", business.timezone)
    file.add("refresh-interval", READ_AGAIN, parameters={"VALUE": "DURATION"})
    file.add("x-published-ttl", READ_AGAIN)
    for entry in entries:
        file.add_component(_event(business, entry, words, now))
    # Without these dates each zone's history since 1970 would be in the file.
    file.add_missing_timezones(first_date=now.date() - _YEAR, last_date=now.date() + 2 * _YEAR)
    written: bytes = file.to_ical()
    return written


def _event(business: Business, entry: Entry, words: Words, now: dt.datetime) -> Event:
    made_at = entry.appointment.created_at
    who = entry.name or (spoken.phone(entry.phone) if entry.phone else words.say(_NOBODY))
    about = [spoken.phone(entry.phone) if entry.phone else "", entry.appointment.notes]
    event = Event()
    # Programs know it by this, so it stays as it is. Earlier releases gave the id of what was erased again:
    # when it was made tells the two apart.
    event.add("uid", f"{made_at:%Y%m%dT%H%M%SZ}-{entry.appointment.id}-{business.number[1:]}@frontdesk")
    event.add("dtstamp", now)
    # How often it was changed nobody counts. What is read later must not look older, so time counts.
    event.add("sequence", max((now - made_at) // dt.timedelta(minutes=1), 0))
    # In the hour that a clock shows twice a time of day is the first of both (RFC 5545, 3.3.5).
    event.add("dtstart", entry.starts.astimezone(dt.UTC) if entry.starts.fold else entry.starts)
    if entry.ends.fold or entry.starts.utcoffset() != entry.ends.utcoffset():
        # By the clock it might end before it begins.
        event.add("duration", entry.appointment.ends_at - entry.appointment.starts_at)
    else:
        event.add("dtend", entry.ends)
    event.add("summary", _text(f"{who} - {entry.service}" if entry.service else who))
    event.add("description", _text("\n".join(line for line in about if line)))
    event.add("status", "CONFIRMED")
    return event


def _text(said: str) -> str:
    """Leave out what steers a screen or ends a line in some programs and not in others."""
    return "".join(sign for sign in said if sign.isprintable() or sign == "\n")
