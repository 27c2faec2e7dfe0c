"""Files as earlier releases left them, with their rows."""

from pathlib import Path

from sqlite_utils import Database

from storage import migrations

SCHEMAS = Path(__file__).parent / "schemas"  # as they were
AT, LATER = "2026-11-23T09:00:00Z", "2026-11-23T10:00:00Z"

# The release before, with a row in every table.
BEFORE = {
    "businesses": [
        {"id": 1, "name": "Salon", "number": "+14155550100", "language": "en", "keeps_audio": 0},
        {"id": 2, "name": "Garage", "number": "+14155550101", "language": "he", "keeps_audio": 1},
        {
            "id": 3,
            "name": "Demo Dental",
            "number": "+14155550102",
            "language": "en",
            "keeps_audio": 1,
            "disclosure": "This call may be recorded.",
            "trade": "a dental practice",
            "greeting": "Hello!",
            "rules": "Be kind.",
            "owner_phone": "+14155550177",
            "grid_min": 15,
            "notice_min": 60,
            "days_ahead": 90,
            "retention_days": 30,
            "feed_token": "t" * 43,
        },
    ],
    "weekly_hours": [{"weekday": 0, "opens_minute": 540, "closes_minute": 1020}],
    "exception_days": [{"date": "2026-12-25", "note": "Christmas"}],
    "exception_hours": [{"date": "2026-12-25", "opens_minute": 540, "closes_minute": 600}],
    "services": [{"id": 1, "name": "check-up", "duration_min": 30, "price": "eighty dollars"}],
    "facts": [{"topic": "Parking", "text": "behind the house"}],
    "people": [{"name": "Maria", "phone": "+14155550144", "position": 0}],
    "blocked_callers": [{"phone": "+14155550166", "created_at": AT}],
    "leads": [{"id": 1, "phone": "+14155550199", "full_name": "Dana", "last_call_sid": "CA1"}],
    "calls": [
        {
            "call_sid": "CA1",
            "lead_id": 1,
            "caller": "+14155550199",
            "started_at": AT,
            "ended_at": LATER,
            "outcome": "completed",
            "detail": "said goodbye",
            "duration_ms": 1000,
        }
    ],
    "call_events": [{"call_sid": "CA1", "seq": 0, "at_ms": 0, "kind": "greeting", "fields": "{}"}],
    "call_flags": [
        {"call_sid": "CA1", "seq": 0, "kind": "said_not_done", "said": "Booked.", "done": "nothing"}
    ],
    "appointments": [
        {
            "id": 1,
            "lead_id": 1,
            "full_name": "Dana",
            "call_sid": "CA1",
            "service_id": 1,
            "starts_at": AT,
            "ends_at": LATER,
            "busy_start": AT,
            "busy_end": LATER,
            "notes": "short hair",
        }
    ],
    "holds": [{"call_sid": "CA1", "busy_start": AT, "busy_end": LATER, "expires_at": LATER}],
    "messages": [{"id": 1, "lead_id": 1, "call_sid": "CA1", "text": "Please call back."}],
    "outbox": [
        {
            "id": 1,
            "call_sid": "CA1",
            "kind": "to_owner",
            "channel": "sms",
            "recipient": "+14155550177",
            "body": "Dana called.",
            "due_at": AT,
        }
    ],
    "owners": [{"id": 1, "email": "dana@example.com", "password_hash": "$argon2id$x", "language": "en"}],
    "owner_businesses": [{"owner_id": 1}],
    "sessions": [{"token_hash": "a" * 64, "id": 1, "owner_id": 1, "seen_at": AT, "expires_at": LATER}],
    "links": [{"token_hash": "b" * 64, "owner_id": 1, "expires_at": LATER}],
    "changes": [
        {
            "id": 1,
            "kind": "business",
            "key": "",
            "before": '{"businesses": [{"name": "Salon", "keeps_audio": 0, "disclosure": ""}]}',
            "made_at": AT,
        }
    ],
}
_OF_NO_BUSINESS = {"owners", "sessions", "links"}
_OF_A_RESOURCE = {"weekly_hours", "exception_days", "exception_hours", "appointments", "holds"}


# What the one that came after it kept beside and instead of that.
CALL_SETTINGS = {
    **BEFORE,
    "businesses": [
        {**BEFORE["businesses"][0], "notice": None, "notice_news": "missing"},
        {**BEFORE["businesses"][1], "notice": "", "notice_news": "added"},
    ],
    "reached": [{"setup": "5" * 64, "came_at": AT, "heard_at": LATER}],
    "call_settings": [{"name": "guard_ms", "value": "300"}],
    "changes": [{"id": 1, "kind": "facts", "key": "", "before": '{"facts": []}', "made_at": AT}],
}
# And the one that counted wrong facts by call.
PROOFS = {
    **CALL_SETTINGS,
    "calls": [{**CALL_SETTINGS["calls"][0], "dial_status": "completed"}],
    "changes": [{**CALL_SETTINGS["changes"][0], "after": '{"facts": []}'}],
    "last_ids": [{"of_table": "leads", "id": 1}],
    "proofs": [{"call_sid": "CA1", "seq": 0, "appointment_id": 1}, {"call_sid": "CA1", "seq": 1}],
}


def fill_release_before(conn):
    """A file as the release before left it."""
    _fill(conn, BEFORE, "initial", "business", "pages")


def fill_release_with_call_settings(conn):
    """A file as the one left it that was the first whose businesses set thresholds of their own."""
    _fill(conn, CALL_SETTINGS, "initial", "business", "pages", "notice", "reached", "call_settings")


def fill_release_with_proofs(conn):
    """A file as the one left it that counted wrong facts by call."""
    steps = [step.__name__ for step in migrations.STEPS]
    _fill(conn, PROOFS, *steps[: steps.index("proofs") + 1])


def _fill(conn, filled, *steps):
    lay_out(conn, *steps)
    for table, rows in filled.items():
        for row in rows:
            put(conn, table, {**_common(table), **row})


def _common(table):
    if table == "businesses":
        return {"timezone": "Europe/Berlin", "created_at": AT}
    business = {} if table in _OF_NO_BUSINESS else {"business_id": 1}
    return {**business, "resource_id": 1} if table in _OF_A_RESOURCE else business


def lay_out(conn, *steps):
    """The tables as the release of the last of these steps made them, without a row."""
    db = Database(conn, execute_plugins=False)
    db.executescript((SCHEMAS / f"{steps[-1]}.sql").read_text(encoding="utf-8"))
    migrations.migrations.ensure_migrations_table(db)
    done = [("frontdesk", step) for step in steps]
    conn.executemany("INSERT INTO _sqlite_migrations (migration_set, name) VALUES (?, ?)", done)


def put(conn, table, row):
    marks = ", ".join(f":{name}" for name in row)
    conn.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", row)
