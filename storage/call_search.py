"""Finding a call among many: how it ended, who rang, what was said. Plain functions of a connection."""

import datetime as dt
import json
import re
import sqlite3

from storage.records import Call, from_row, utc_text

# What was said is looked at last, and only in calls that nothing else has found: it is the most. It lies in
# JSON, so a row is parsed only if the words are somewhere in its text.
_SEARCH = """
SELECT * FROM calls
WHERE business_id = :business_id AND removed_at IS NULL AND (started_at, call_sid) < (:started_at, :call_sid)
AND (:outcome IS NULL
    OR outcome = :outcome
    AND (outcome <> 'transferred' OR dial_status IS NULL OR dial_status IN ('completed', 'answered'))
    OR :outcome = 'nobody_answered' AND outcome IS NOT NULL
    AND dial_status IN ('busy', 'no-answer', 'failed', 'canceled')
)
AND (NOT :flagged
    OR test = 0
    AND (outcome IN ('carrier_lost', 'internal_error', 'interrupted', 'model_failed', 'server_stopped')
        OR outcome IS NOT NULL AND dial_status IN ('busy', 'no-answer', 'failed', 'canceled')
    )
    OR EXISTS (
        SELECT 1 FROM call_flags
        WHERE call_flags.business_id = calls.business_id AND call_flags.call_sid = calls.call_sid
    )
)
AND (:words IS NULL OR caller LIKE :digits
    OR lead_id IN (
        SELECT id FROM leads WHERE business_id = :business_id
        AND (full_name LIKE :words ESCAPE '!' OR email LIKE :words ESCAPE '!' OR callback_phone LIKE :digits)
    )
    OR lead_id IN (
        SELECT lead_id FROM appointments
        WHERE business_id = :business_id AND full_name LIKE :words ESCAPE '!'
    )
    OR call_sid IN (
        SELECT call_sid FROM messages WHERE business_id = :business_id AND text LIKE :words ESCAPE '!'
    )
    OR :spoken AND EXISTS (
        SELECT 1 FROM call_events
        WHERE call_events.business_id = calls.business_id AND call_events.call_sid = calls.call_sid
        AND kind IN ('user_said', 'bot_said')
        AND fields LIKE :as_json ESCAPE '!' AND json_extract(fields, '$.text') LIKE :words ESCAPE '!'
    )
)
ORDER BY started_at DESC, call_sid DESC LIMIT :limit
"""
_AFTER_ALL = ("9999", "")
_WORDS_MAX = 200  # SQLite refuses very long patterns
_NUMBER_MIN = 5  # so many digits are a number, and a number is not looked for in what was said


def find(
    conn: sqlite3.Connection,
    business_id: int,
    *,
    outcome: str | None = None,
    words: str = "",
    flagged: bool = False,
    before: tuple[dt.datetime, str] | None = None,
    limit: int = 50,
) -> tuple[Call, ...]:
    """Return the business's calls, the newest first, without those that its owner removed.

    `words` are part of the caller's number or of the one to ring back on, of the lead's name or e-mail
    address, of the name that an appointment of theirs stands under, of a message, or of what either voice
    said; A to Z are found in either case. A number is not looked for in what was said. `before` is
    (started_at, call_sid) of the last call of the page before. With `flagged` only calls that need a look
    (`trouble.py`) are found. `outcome` finds the calls of which it is the whole: a call that was put through
    to nobody counts as `nobody_answered`, as does every other whose caller asked for a person and reached
    none.
    """
    words = " ".join(words.split())[:_WORDS_MAX]
    digits = re.sub(r"[\s()+./-]", "", words)
    started_at, call_sid = (utc_text("before", before[0]), before[1]) if before else _AFTER_ALL
    rows = conn.execute(
        _SEARCH,
        {
            "business_id": business_id,
            "outcome": outcome,
            "flagged": flagged,
            "words": _containing(words) if words else None,
            "as_json": _containing(json.dumps(words, ensure_ascii=False)[1:-1]),
            # A number that is written as it is dialled at home begins with a zero that the kept one lacks.
            "digits": f"%{digits.lstrip('0') or digits}%" if digits.isdecimal() else None,
            "spoken": not (digits.isdecimal() and len(digits) >= _NUMBER_MIN),
            "started_at": started_at,
            "call_sid": call_sid,
            "limit": limit,
        },
    )
    return tuple(from_row(Call, row) for row in rows)


def _containing(text: str) -> str:
    return f"%{re.sub('[!%_]', lambda found: f'!{found[0]}', text)}%"
