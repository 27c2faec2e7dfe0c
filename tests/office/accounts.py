"""Accounts of calls as tests write them: a line is as short as what it is about."""

from office.stored_account import read
from storage.records import EventRow


def stored(*lines, sounds=()):
    """Lines, each (at_ms, kind) or (at_ms, kind, fields), as they are read after they were stored."""
    rows = (
        EventRow(seq=seq, at_ms=at_ms, kind=kind, fields=dict(*fields))
        for seq, (at_ms, kind, *fields) in enumerate(lines)
    )
    return tuple(read(rows, sounds))
