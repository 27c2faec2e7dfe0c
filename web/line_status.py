"""Whether a business's callers are answered, as its owner is told: from what is known, one state. Pure."""

from collections.abc import Mapping
from enum import StrEnum

from attrs import frozen

from storage.records import Call, Reached
from storage.trouble import NOT_ANSWERED


class LineState(StrEnum):
    """What the owner is told, and then does something about."""

    NOT_ANSWERING = "not_answering"  # this process cannot take a call now
    NOT_CONNECTED = "not_connected"  # no call can reach it: it was told no public URL, or no auth token
    NEVER_REACHED = "never_reached"  # none has, set up as it is
    LAST_FAILED = "last_failed"
    NEVER_HEARD = "never_heard"  # calls come, and no caller has heard the receptionist
    ANSWERING = "answering"


@frozen(kw_only=True)
class LineFacts:
    """What is known of the way from a caller to the receptionist."""

    problems: Mapping[str, str]  # what this process lacks to take a call, by its part (web/health.py)
    connected: bool  # whether a call can reach it, as it is set up
    reached: Reached | None  # and has
    last: Call | None  # since then: the last that failed, or whose caller heard the receptionist
    on_the_line: bool  # whether somebody rings now, and may be the first


def line_state(facts: LineFacts) -> LineState:
    """Choose the first of these that is so."""
    first_call = facts.on_the_line and facts.last is None
    rows = (
        (LineState.NOT_ANSWERING, bool(facts.problems)),
        (LineState.NOT_CONNECTED, not facts.connected),
        (LineState.NEVER_REACHED, facts.reached is None),
        (LineState.LAST_FAILED, facts.last is not None and facts.last.outcome in NOT_ANSWERED),
        (LineState.NEVER_HEARD, not (facts.reached and facts.reached.heard_at) and not first_call),
    )
    return next((state for state, is_so in rows if is_so), LineState.ANSWERING)
