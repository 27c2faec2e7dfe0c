"""Words that nobody should be able to say with any effect, in every place that keeps a caller's words."""

import json
import sqlite3

HTML = "</p></bdi><hostile onload='x()'>\"' {{ 7 * 7 }} {% raw %} %(num)s {0}"
# A stray end of an isolate, then an override: in Chromium the two leave a <bdi> that does nothing about them.
BIDI = "\u2069\u202e\u2066\u202b\u200f"
LONG = "W" * 2_000
WORDS = f"{HTML} {BIDI} {LONG}"
CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

# What callers, the voice model and strangers' browsers can write into.
_SAID = {
    "leads": ("full_name", "email", "notes"),
    "appointments": ("full_name", "notes"),
    "messages": ("text",),
    "sessions": ("browser",),
    "call_flags": ("said",),
}
# What only an owner writes; of these some must differ within a business.
_WRITTEN = {
    "businesses": ("name", "trade", "greeting", "notice", "rules"),
    "services": ("name", "price"),
    "facts": ("topic", "text"),
    "people": ("name",),
    "exception_days": ("note",),
}
_TOLD = ("text", "unheard", "said", "name", "detail", "voice", "reason")  # of the events of calls


def plant(conn: sqlite3.Connection) -> None:
    """Put them into every row. Names stay apart by what stands before."""
    for table, columns in {**_SAID, **_WRITTEN}.items():
        for column in columns:
            conn.execute(f"UPDATE {table} SET {column} = rowid || ?", (WORDS,))
    for row in conn.execute("SELECT rowid, fields FROM call_events").fetchall():
        fields = json.loads(row["fields"])
        planted = {name: WORDS if name in _TOLD and value else value for name, value in fields.items()}
        conn.execute("UPDATE call_events SET fields = ? WHERE rowid = ?", (json.dumps(planted), row["rowid"]))
