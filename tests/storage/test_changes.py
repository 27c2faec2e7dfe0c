"""What an owner changed, taking it back, and taking that back."""

import datetime as dt
from functools import partial

import pytest
from attrs import evolve

from storage import (
    appointments,
    blocked,
    booking,
    businesses,
    call_settings,
    calls,
    changes,
    facts,
    leads,
    messages,
    schedule,
    services,
)
from storage.errors import NotFound, Overtaken, WouldErase
from storage.records import DayHours, ExceptionDay, Person, WeeklyHours
from tests.storage.conftest import (
    HOUR,
    MONDAY,
    MONDAY_9,
    NOW,
    add_business,
    add_live_call,
    book,
    end_call,
    everything,
    wish,
)

SET = {"guard_ms": "500", "silence_ms": "9000"}
DAY = dt.timedelta(days=1)
DANA = Person(name="Dana", phone="+14155550177")
SHORT = (DayHours(opens_minute=540, closes_minute=600), DayHours(opens_minute=660, closes_minute=720))


@pytest.fixture
def ours(conn):
    """A business with a row of everything that can be changed."""
    ours = add_business(conn).id
    schedule.set_exception(conn, ours, ExceptionDay(date=MONDAY + 30 * DAY, hours=SHORT, note="sale"))
    services.add(conn, ours, name="Haircut", duration_min=60, price="forty")
    facts.put_fact(conn, ours, topic="parking", text="behind the house")
    facts.set_people(conn, ours, [DANA, Person(name="Rosa", phone="+14155550178")])
    blocked.add(conn, ours, "+14155550188")
    call_settings.put(conn, ours, {"guard_ms": "300"})
    add_live_call(conn, ours, "CA1")
    book(conn, ours, service_id=1, notes="short hair")
    messages.take(conn, ours, lead_id=1, call_sid="CA1", text="Please ring back.")
    end_call(conn, ours, "CA1")
    return ours


def set_hours(conn, business_id):
    businesses.change(conn, business_id, grid_min=15, notice_min=0, days_ahead=7)
    monday = WeeklyHours(weekday=0, opens_minute=0, closes_minute=1440)
    schedule.set_weekly_hours(conn, business_id, [monday])
    schedule.remove_exception(conn, business_id, MONDAY + 30 * DAY)
    schedule.set_exception(conn, business_id, ExceptionDay(date=MONDAY, hours=SHORT[:1]))


def tell(conn, business_id):
    businesses.change(
        conn,
        business_id,
        name="Salon Dönmez",
        timezone="Asia/Jerusalem",
        language="he",
        trade="a salon",
        greeting="Hello!",
        notice="A machine answers.",
        rules="Never talk about prices.",
        owner_phone="+14155550177",
        keeps_audio=True,
        retention_days=30,
    )


def move_it(conn, business_id):
    booking.move_for_owner(conn, business_id, 1, to=MONDAY_9 + DAY, now=NOW)


# Of every kind what is there already, and how it is changed.
CHANGED = {
    "hours": ("hours", "", set_hours),
    "business": ("business", "", tell),
    "facts": ("facts", "", lambda conn, ours: facts.put_fact(conn, ours, topic="parking", text="nowhere")),
    "facts removed": ("facts", "", lambda conn, ours: facts.remove_fact(conn, ours, "parking")),
    "people": ("people", "", lambda conn, ours: facts.set_people(conn, ours, [DANA])),
    "blocked": ("blocked", "", lambda conn, ours: blocked.add(conn, ours, "+14155550199")),
    "blocked removed": ("blocked", "", lambda conn, ours: blocked.remove(conn, ours, "+14155550188")),
    "call_settings": ("call_settings", "", lambda conn, ours: call_settings.put(conn, ours, SET)),
    "call_settings removed": ("call_settings", "", lambda conn, ours: call_settings.put(conn, ours, {})),
    "service": (
        "service",
        "1",
        lambda conn, ours: services.change(conn, ours, 1, name="Trim", duration_min=5, price=""),
    ),
    "service retired": ("service", "1", lambda conn, ours: services.retire(conn, ours, 1)),
    "appointment moved": ("appointment", "1", move_it),
    "appointment cancelled": ("appointment", "1", lambda conn, ours: appointments.cancel(conn, ours, 1)),
    "notes": ("notes", "1", lambda conn, ours: appointments.note(conn, ours, 1, "Long hair.")),
    "message": ("message", "1", lambda conn, ours: messages.mark_done(conn, ours, 1)),
    "call": ("call", "CA1", lambda conn, ours: calls.remove(conn, ours, "CA1", NOW)),
}


def make(conn, business_id, kind, key, job, now=NOW):
    return changes.make(conn, business_id, kind, key, lambda conn: job(conn, business_id), now=now)


def block(conn, business_id, last, now=NOW):
    """A change of which there can be many."""
    return make(
        conn, business_id, "blocked", "", lambda c, ours: blocked.add(c, ours, f"+1415555020{last}"), now
    )


def take_back(conn, business_id, change, now=NOW):
    return changes.take_back(conn, business_id, change.id, now=now)


BESIDE = {"changes", "last_ids"}


def there(conn):
    """Every row, but those that say what was changed, in whatever order they lie."""
    return {table: sorted(rows, key=repr) for table, rows in everything(conn).items() if table not in BESIDE}


def test_every_kind_of_change_is_tested_here():
    assert {kind for kind, _, _ in CHANGED.values()} == set(changes._KINDS)


@pytest.mark.parametrize(("kind", "key", "job"), CHANGED.values(), ids=CHANGED)
def test_a_change_is_taken_back_and_that_is_taken_back_again(conn, ours, kind, key, job):
    before = there(conn)
    change = make(conn, ours, kind, key, job)
    after = there(conn)
    assert (change.id, change.kind, change.key, change.made_at) == (1, kind, key, NOW)
    assert after != before
    back = take_back(conn, ours, change, NOW + HOUR)
    assert (back.id, back.kind, back.key, back.made_at) == (2, kind, key, NOW + HOUR)
    assert there(conn) == before
    again = take_back(conn, ours, back)
    assert there(conn) == after
    take_back(conn, ours, again)
    assert there(conn) == before


def test_what_a_change_made_is_offered_or_booked_no_more_once_it_is_taken_back(conn, ours):
    service = make(
        conn, ours, "service", None, lambda c, b: services.add(c, b, name="Shave", duration_min=30).id
    )
    lead = leads.write_in(conn, ours, full_name="Rosa")
    put = {"lead_id": lead.id, "starts_at": MONDAY_9 + HOUR, "request": wish(), "now": NOW}
    appointment = make(conn, ours, "appointment", None, lambda c, b: booking.book_for_owner(c, b, **put).id)
    assert (service.key, appointment.key) == ("2", "2")
    after = there(conn)
    back = take_back(conn, ours, service), take_back(conn, ours, appointment)
    assert [offered.id for offered in services.offered(conn, ours)] == [1]
    assert appointments.get(conn, ours, 2).status == "cancelled"
    for change in back:
        take_back(conn, ours, change)
    assert there(conn) == after


def test_a_change_that_changes_nothing_is_none(conn, ours):
    before = everything(conn)
    assert make(conn, ours, "service", "1", lambda c, b: services.change(c, b, 1, name="Haircut")) is None
    assert make(conn, ours, "message", "7", lambda c, b: messages.mark_done(c, b, 7)) is None
    assert everything(conn) == before


def test_a_job_that_is_refused_is_no_change(conn, ours):
    with pytest.raises(NotFound, match="no service 7"):
        make(conn, ours, "service", "7", lambda c, b: services.change(c, b, 7))
    assert conn.execute("SELECT count(*) FROM changes").fetchone()[0] == 0


# When it is too late.


def test_only_the_last_change_of_a_thing_can_be_taken_back(conn, ours):
    first, second = block(conn, ours, 1), block(conn, ours, 2)
    before = everything(conn)
    with pytest.raises(Overtaken, match="this blocked has been changed again since"):
        take_back(conn, ours, first)
    assert everything(conn) == before
    assert [changes.get(conn, ours, change.id) for change in (first, second)] == [None, second]
    take_back(conn, ours, second)
    with pytest.raises(Overtaken):
        take_back(conn, ours, second)


# What a caller or the command line does to a thing after the owner has changed it: no change is noted.
DONE_SINCE = {
    "hours": lambda conn, ours: schedule.set_weekly_hours(conn, ours, []),
    "business": lambda conn, ours: businesses.change(conn, ours, name="Salon Two"),
    "facts": lambda conn, ours: facts.put_fact(conn, ours, topic="pets", text="welcome"),
    "people": lambda conn, ours: facts.set_people(conn, ours, []),
    "blocked": lambda conn, ours: blocked.add(conn, ours, "+14155550170"),
    "call_settings": lambda conn, ours: call_settings.put(conn, ours, {"listen_ms": 900}),
    "service": lambda conn, ours: conn.execute("UPDATE services SET price = 'a lot'"),
    "appointment": lambda conn, ours: conn.execute("UPDATE appointments SET full_name = 'Rosa'"),
    "notes": lambda conn, ours: appointments.note(conn, ours, 1, "No hair."),
    "message": lambda conn, ours: messages.reopen(conn, ours, 1),
    "call": lambda conn, ours: conn.execute("UPDATE calls SET removed_at = '2020-01-01T00:00:00Z'"),
}


@pytest.mark.parametrize(("kind", "key", "job"), CHANGED.values(), ids=CHANGED)
def test_what_does_not_stand_as_the_change_left_it_is_not_taken_back(conn, ours, kind, key, job):
    change = make(conn, ours, kind, key, job)
    DONE_SINCE[kind](conn, ours)
    before = everything(conn)
    assert changes.get(conn, ours, change.id) is None
    with pytest.raises(Overtaken):
        take_back(conn, ours, change)
    assert everything(conn) == before


def test_an_appointment_that_its_caller_cancelled_since_stays_cancelled(conn, ours):
    moved = make(conn, ours, "appointment", "1", move_it)
    appointments.cancel(conn, ours, 1)
    with pytest.raises(Overtaken):
        take_back(conn, ours, moved)
    assert appointments.get(conn, ours, 1).status == "cancelled"


def test_notes_are_taken_back_alone(conn, ours):
    noted = make(conn, ours, "notes", "1", lambda c, b: appointments.note(c, b, 1, "Long hair."))
    cancelled = appointments.cancel(conn, ours, 1)
    take_back(conn, ours, noted)
    assert appointments.get(conn, ours, 1) == evolve(cancelled, notes="short hair")


def keep_calls(conn, business_id, days):
    job = partial(businesses.change, retention_days=days)
    return make(conn, business_id, "business", "", job)


@pytest.mark.parametrize(("was", "became", "lost"), [(30, 0, 1), (30, 90, 1), (10, 30, 2), (0, 30, 0)])
def test_calls_that_would_expire_are_asked_about_before_their_term_comes_back(conn, ours, was, became, lost):
    for sid, age in (("CA31", 31 * DAY), ("CA11", 11 * DAY)):
        calls.begin(conn, ours, call_sid=sid, caller=None, lead_id=None, started_at=NOW - age)
        end_call(conn, ours, sid)
    businesses.change(conn, ours, retention_days=was)
    change = keep_calls(conn, ours, became)
    if lost:
        before = everything(conn)
        with pytest.raises(WouldErase) as asked:
            take_back(conn, ours, change)
        assert (asked.value.calls, everything(conn)) == (lost, before)
    changes.take_back(conn, ours, change.id, now=NOW, may_erase=lost > 0)
    assert businesses.by_id(conn, ours).retention_days == was


def test_no_id_of_a_change_is_given_again(conn, ours):
    first = block(conn, ours, 1)
    conn.execute("DELETE FROM changes")
    assert block(conn, ours, 2).id == first.id + 1


def test_a_change_of_another_thing_stands_in_nobodys_way(conn, ours):
    services.add(conn, ours, name="Shave", duration_min=30)
    first, other, message = (
        make(conn, ours, kind, key, job)
        for kind, key, job in (
            ("service", "1", lambda c, b: services.retire(c, b, 1)),
            ("service", "2", lambda c, b: services.retire(c, b, 2)),
            ("message", "1", lambda c, b: messages.mark_done(c, b, 1)),
        )
    )
    take_back(conn, ours, first)
    assert [service.id for service in services.offered(conn, ours)] == [1]
    assert [changes.get(conn, ours, change.id) for change in (other, message)] == [other, message]


def test_a_cancelled_appointment_does_not_come_back_over_another(conn, ours):
    cancelled = make(conn, ours, "appointment", "1", lambda c, b: appointments.cancel(c, b, 1))
    put = {"lead_id": 1, "request": wish(), "now": NOW}
    booking.book_for_owner(conn, ours, starts_at=MONDAY_9 + HOUR / 2, **put)
    before = everything(conn)
    with pytest.raises(Overtaken, match="this appointment has been changed again since"):
        take_back(conn, ours, cancelled)
    assert everything(conn) == before
    appointments.cancel(conn, ours, 2)
    take_back(conn, ours, cancelled)
    assert appointments.get(conn, ours, 1).status == "booked"


def test_an_appointment_that_was_moved_does_not_come_back_over_another(conn, ours):
    moved = make(conn, ours, "appointment", "1", move_it)
    booking.book_for_owner(conn, ours, lead_id=1, starts_at=MONDAY_9, request=wish(), now=NOW)
    before = everything(conn)
    with pytest.raises(Overtaken):
        take_back(conn, ours, moved)
    assert everything(conn) == before


def test_a_service_that_kept_its_name_is_not_in_its_own_way(conn, ours):
    dearer = make(conn, ours, "service", "1", lambda c, b: services.change(c, b, 1, price="fifty"))
    take_back(conn, ours, dearer)
    assert [(service.name, service.price) for service in services.offered(conn, ours)] == [
        ("Haircut", "forty")
    ]


UNNAMED = {
    "retired": lambda conn, ours: services.retire(conn, ours, 1),
    "renamed": lambda conn, ours: services.change(conn, ours, 1, name="Wax"),
}


@pytest.mark.parametrize("job", UNNAMED.values(), ids=UNNAMED)
@pytest.mark.parametrize(("name", "another"), [("Haircut", "haircut"), ("Épilation", "éPILATION")])
def test_a_service_does_not_come_back_beside_another_of_its_name(conn, ours, job, name, another):
    services.change(conn, ours, 1, name=name)
    change = make(conn, ours, "service", "1", job)
    services.add(conn, ours, name=another, duration_min=60)
    before = everything(conn)
    with pytest.raises(Overtaken, match="this service has been changed again since"):
        take_back(conn, ours, change)
    assert everything(conn) == before
    services.retire(conn, ours, 2)
    take_back(conn, ours, change)
    assert [service.name for service in services.offered(conn, ours)] == [name]


@pytest.mark.parametrize("change_id", [1, 7])
def test_a_change_of_another_business_or_of_none_cannot_be_taken_back(conn, ours, change_id):
    theirs = add_business(conn, "+14155550101").id
    block(conn, ours, 1)
    before = everything(conn)
    with pytest.raises(NotFound, match=f"no change {change_id}"):
        changes.take_back(conn, theirs, change_id, now=NOW)
    assert changes.get(conn, theirs, change_id) is None
    assert everything(conn) == before


def test_a_change_is_forgotten_after_thirty_days(conn, ours):
    other = add_business(conn, "+14155550101").id
    theirs = block(conn, other, 1)
    old = make(conn, ours, "message", "1", lambda c, b: messages.mark_done(c, b, 1))
    block(conn, ours, 2, NOW + 30 * DAY)
    assert changes.get(conn, ours, old.id) == old
    block(conn, ours, 3, NOW + 30 * DAY + dt.timedelta(seconds=1))
    with pytest.raises(NotFound, match=f"no change {old.id}"):
        take_back(conn, ours, old)
    assert changes.get(conn, other, theirs.id) == theirs


def test_each_business_counts_its_own_changes(conn, ours):
    theirs = add_business(conn, "+14155550101").id
    before = there(conn)
    made = [block(conn, business_id, 1) for business_id in (ours, theirs)]
    assert [change.id for change in made] == [1, 1]
    for business_id, change in zip((ours, theirs), made, strict=True):
        take_back(conn, business_id, change)
    assert there(conn) == before
