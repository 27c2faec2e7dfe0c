"""schema.sql itself, and the queries that must not walk through a table. Old files: test_migrations.py."""

import shutil
from pathlib import Path

from storage import (
    appointments,
    blocked,
    booking,
    businesses,
    call_search,
    calls,
    changes,
    erasure,
    facts,
    feeds,
    holds,
    leads,
    messages,
    migrations,
    outbox,
    owners,
    proofs,
    reached,
    schedule,
    services,
    sessions,
    trouble,
    wrong_facts,
)
from storage.records import DayHours, ExceptionDay, Flag, Person
from tests.storage.conftest import (
    HOUR,
    MONDAY,
    MONDAY_9,
    NOW,
    add_business,
    add_live_call,
    add_test_call,
    book,
    end_call,
    tables,
    wish,
)

SCHEMA = Path(__file__).parents[2] / "schema.sql"
TABLES = {
    "appointments",
    "blocked_callers",
    "call_settings",
    "call_events",
    "call_flags",
    "calls",
    "changes",
    "exception_days",
    "exception_hours",
    "facts",
    "holds",
    "last_ids",
    "leads",
    "messages",
    "outbox",
    "people",
    "proofs",
    "wrong_facts",
    "reached",
    "services",
    "weekly_hours",
}
OF_THE_FILE = {"businesses", "links", "owner_businesses", "owners", "sessions"}  # these belong to no business
SHORT = OF_THE_FILE | {"reached", "CONSTANT"}  # a row a business; "SCAN CONSTANT ROW" is of no table


def test_the_schema_is_found_in_a_checkout_and_in_an_installed_package(tmp_path):
    package = tmp_path / "storage"
    package.mkdir()
    shutil.copy(SCHEMA, tmp_path / "schema.sql")
    assert migrations.schema_text(package) == SCHEMA.read_text(encoding="utf-8")
    (package / "schema.sql").write_text("-- installed", encoding="utf-8")
    assert migrations.schema_text(package) == "-- installed"


def test_every_table_is_strict_and_every_key_begins_with_the_business(conn):
    assert set(tables(conn)) == TABLES | OF_THE_FILE
    for table in TABLES:
        first_of_key = [row["name"] for row in conn.execute(f"PRAGMA table_info({table})") if row["pk"] == 1]
        assert (table, first_of_key) == (table, ["business_id"])
        for reference in conn.execute(f"PRAGMA foreign_key_list({table})"):
            if reference["seq"] == 0:
                theirs = "id" if reference["table"] == "businesses" else "business_id"
                assert (reference["from"], reference["to"]) == ("business_id", theirs)


def ask_everything(conn):
    """Call every function of the storage that runs statements, once with an answer."""
    ours = add_business(conn).id
    lead = add_live_call(conn, ours, "CA1")
    add_live_call(conn, ours, "CA2", phone=None)
    asked = {"call_sid": "CA1", "now": NOW}
    businesses.change(conn, ours, trade="a salon")
    businesses.by_number(conn, "+14155550100")
    businesses.by_id(conn, ours)
    schedule.set_weekly_hours(conn, ours, schedule.weekly_hours(conn, ours))
    schedule.set_exception(
        conn, ours, ExceptionDay(date=MONDAY, hours=(DayHours(opens_minute=0, closes_minute=1440),))
    )
    schedule.remove_exception(conn, ours, schedule.exceptions(conn, ours, MONDAY, MONDAY)[0].date)
    service = services.add(conn, ours, name="Haircut", duration_min=30)
    services.get(conn, ours, service.id)
    services.change(conn, ours, service.id, price="forty")
    services.retire(conn, ours, service.id)
    facts.put_fact(conn, ours, topic="parking", text="behind the house")
    facts.remove_fact(conn, ours, facts.all_facts(conn, ours)[0].topic)
    facts.set_people(conn, ours, [Person(name="Dana", phone="+14155550177")])
    facts.people(conn, ours)
    leads.get(conn, ours, lead.id)
    leads.of_phone(conn, ours, "+14155550199")
    leads.every(conn, ours)
    leads.names(conn, ours, [lead.id, 2])
    leads.without_number(conn, ours, 10)
    leads.write_in(conn, ours, full_name="Rosa", phone="+14155550188")
    leads.update_details(conn, ours, lead.id, full_name="Dana")
    booking.offer(conn, ours, request=wish(), **asked)
    holds.renew(conn, ours, **asked)
    book(conn, ours)
    booking.reschedule(conn, ours, lead_id=1, starts_at=MONDAY_9, to=MONDAY_9 + HOUR, **asked)
    appointments.mark_confirmed(conn, ours, 1, MONDAY_9)
    booking.move_for_owner(conn, ours, 1, to=MONDAY_9 + 2 * HOUR, now=NOW)
    booking.move_for_owner(conn, ours, 1, to=MONDAY_9 + HOUR, now=NOW)
    written = booking.book_for_owner(
        conn, ours, lead_id=3, starts_at=NOW + HOUR, request=wish(), now=NOW, override_rules=True
    )
    appointments.get(conn, ours, written.id)
    booking.outside(conn, ours, NOW)
    appointments.for_call(conn, ours, "CA1")
    appointments.of_lead(conn, ours, lead.id, NOW)
    appointments.every_of_lead(conn, ours, lead.id)
    appointments.between(conn, ours, NOW, MONDAY_9 + HOUR)
    proofs.note(conn, ours, "CA1", [written.id])
    proofs.any_of(conn, ours, "CA1")
    wrong_facts.note(conn, ours, "+14155550199", MONDAY, "day")
    wrong_facts.of(conn, ours, "+14155550199", MONDAY)
    wrong_facts.expire(conn, ours, MONDAY)
    proofs.theirs(conn, ours, "CA1", NOW)
    booking.cancel(conn, ours, lead_id=1, starts_at=MONDAY_9 + HOUR)
    holds.release(conn, ours, call_sid="CA1")
    message = messages.take(conn, ours, lead_id=1, call_sid="CA1", text="Please ring back.")
    messages.waiting(conn, ours)
    messages.count_waiting(conn, ours)
    messages.mark_done(conn, ours, message.id)
    messages.get(conn, ours, message.id)
    messages.done(conn, ours, 10)
    messages.reopen(conn, ours, message.id)
    calls.set_transfer(conn, ours, "CA1", "+14155550177")
    calls.transfer_to(conn, "CA1")
    end_call(conn, ours, "CA1")
    calls.get(conn, ours, "CA1")
    calls.recent(conn, ours, 10)
    call_search.find(conn, ours, outcome="completed", words="please", flagged=True, before=(NOW, "CA1"))
    calls.outcomes(conn, ours)
    calls.events(conn, ours, "CA1")
    calls.flag(conn, ours, "CA1", [Flag(kind="said_not_done", said="You're booked.", done="-")])
    calls.flags(conn, ours, "CA1")
    calls.flag_counts(conn, ours, ["CA1", "CA2"])
    calls.outcome(conn, "CA1")
    for recipient in ("+14155550199", "+14155550177"):
        outbox.put(conn, ours, kind="confirmation", recipient=recipient, body="You are booked.", **asked)
    outbox.due(conn, NOW, 10)
    outbox.next_due(conn)
    outbox.failed(conn, ours, 1, problem="status 503", retry_at=NOW)
    outbox.sent(conn, ours, 1)
    outbox.withdraw(conn, ours, "CA1")
    outbox.unsent(conn, ours, since=NOW, waited_since=NOW, limit=10)
    outbox.unsent_in_all(conn, since=NOW, waited_since=NOW)
    ask_the_pages(conn, ours)


def ask_the_pages(conn, ours):
    """Call what only the pages ask for."""
    blocked.add(conn, ours, "+14155550188")
    blocked.remove(conn, ours, blocked.every(conn, ours)[0])
    feeds.business_of(conn, feeds.renew(conn, ours))
    feeds.stop(conn, ours)
    feeds.token(conn, ours)
    trouble.to_check(conn, ours, NOW, 10)
    trouble.showing(conn, ours, NOW)
    trouble.last_outcomes(conn, 3)
    reached.note(conn, ours, "a" * 64, NOW)
    reached.get(conn, ours, "a" * 64)
    reached.any_business(conn, "a" * 64)
    owner = owners.add(conn, email="dana@example.com", password_hash="$argon2id$x", language="en")
    owners.set_password(conn, owner.id, "$argon2id$y")
    owners.renew_hash(conn, owner.id, old="$argon2id$y", new="$argon2id$z")
    owners.set_language(conn, owner.id, "he")
    owners.let_into(conn, owner.id, ours)
    owners.get(conn, owner.id)
    owners.every(conn)
    owners.business(conn, owner, ours)
    owners.businesses_of(conn, owner)
    owners.of_business(conn, ours)
    owners.take_from(conn, owner.id, ours)
    token = sessions.begin(conn, owner.id, browser="Firefox", now=NOW)
    _, session = sessions.find(conn, token, NOW)
    sessions.seen(conn, session.id, NOW)
    sessions.of_owner(conn, owner.id, NOW)
    sessions.end_others(conn, owner.id, session.id)
    sessions.end(conn, owner.id, session.id)
    sessions.end_all(conn, owner.id)
    sessions.invited(conn, sessions.invite(conn, NOW, business_id=ours), NOW)
    sessions.void_links(conn, ours)
    for kind, key, job in (
        ("blocked", "", lambda conn: blocked.add(conn, ours, "+14155550188")),
        ("call", "CA1", lambda conn: calls.remove(conn, ours, "CA1", NOW)),
        ("message", "1", lambda conn: messages.mark_done(conn, ours, 1)),
        ("hours", "", lambda conn: schedule.set_weekly_hours(conn, ours, [])),
    ):
        change = changes.make(conn, ours, kind, key, job, now=NOW)
        changes.get(conn, ours, change.id)
        changes.take_back(conn, ours, change.id, now=NOW)
    end_call(conn, ours, "CA2")
    list(erasure.export(conn, ours))
    erasure.expired(conn, ours, NOW)
    erasure.expire_leads(conn, ours)
    erasure.erase_call(conn, ours, "CA2")
    ask_test_calls(conn, ours)
    erasure.erase_lead(conn, ours, 2)
    erasure.erase_who_rang(conn, ours, "CA1")
    erasure.erase_caller(conn, ours, "+14155550199")


def ask_test_calls(conn, business_id):
    """Have a test call book, and erase it."""
    lead = add_test_call(conn, business_id, "CAtest")
    booking.offer(conn, business_id, call_sid="CAtest", request=wish(), now=NOW)
    book(conn, business_id, call_sid="CAtest", lead_id=lead.id)
    messages.take(conn, business_id, lead_id=lead.id, call_sid="CAtest", text="Please ring back.")
    end_call(conn, business_id, "CAtest")
    erasure.erase_tests(conn, business_id)


def as_the_file_is_opened(conn):
    calls.close_abandoned(conn)
    calls.interrupted(conn, NOW)


def walks(conn, work):
    """The steps in which a statement of this work goes through a whole table or index.

    But some are short: those of the file are who may sign in, and where they are signed in.
    """
    found = steps(conn, work)
    return len(found), {
        step
        for of_one in found.values()
        for step in of_one
        if step.startswith("SCAN") and step.split()[1] not in SHORT
    }


def steps(conn, work):
    """The steps of each statement of this work, by its text."""
    asked: list[str] = []
    conn.set_trace_callback(asked.append)
    work(conn)
    conn.set_trace_callback(None)
    statements = {sql for sql in asked if not sql.startswith("--")}  # lines of triggers come as comments
    return {sql: [row["detail"] for row in conn.execute(f"EXPLAIN QUERY PLAN {sql}")] for sql in statements}


def test_no_query_walks_through_a_whole_table(conn):
    asked, found = walks(conn, ask_everything)
    assert asked > 170
    assert found == set()


def test_only_opening_the_file_walks_through_its_calls(conn):
    # Before the first one can ring. Holds are few, and calls_live has none but live calls.
    ask_everything(conn)
    assert walks(conn, as_the_file_is_opened) == (
        3,
        {"SCAN holds", "SCAN calls USING INDEX calls_live", "SCAN calls"},
    )


NOT_OVER = "appointments_busy (business_id=? AND resource_id=? AND busy_end>?)"


def test_the_overlap_check_looks_only_at_what_is_not_over(conn):
    plan = conn.execute(
        "EXPLAIN QUERY PLAN SELECT 1 FROM appointments WHERE business_id = 1 AND resource_id = 1"
        " AND status = 'booked' AND test = 0 AND busy_end > 'a' AND busy_start < 'b'"
    ).fetchone()["detail"]
    assert f"INDEX {NOT_OVER}" in plan


def test_what_is_taken_is_looked_for_only_among_what_is_not_over_and_what_the_call_made(conn):
    ((sql, found),) = steps(
        conn, lambda conn: appointments.busy(conn, 1, NOW, MONDAY_9, call_sid="CA1", ignoring=7)
    ).items()
    assert sql.startswith("SELECT busy_start")
    searched = [step for step in found if step.startswith(("SEARCH", "SCAN"))]
    assert searched == [
        f"SEARCH appointments USING INDEX {NOT_OVER}",
        "SEARCH appointments USING INDEX appointments_by_call (business_id=? AND call_sid=?)",
    ]


def test_test_calls_are_found_among_themselves(conn):
    found = steps(conn, lambda conn: erasure.erase_tests(conn, 1))
    assert [*found.values()] == [["SEARCH calls USING INDEX calls_test (business_id=?)"]]
