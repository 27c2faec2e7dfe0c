"""Finding a call among many: by how it ended, by who rang, by what was said."""

import datetime as dt

import pytest

from storage import call_search, calls, leads, messages
from storage.calls import DIAL_STATUSES, MISSED
from storage.records import Flag
from storage.trouble import FAILED
from tests.storage.conftest import NOW, add_business, add_test_call, book, end_call

MINUTE = dt.timedelta(minutes=1)
WRONG = Flag(kind="said_not_done", said="You're booked.", done="-")


@pytest.fixture
def business_id(conn):
    return add_business(conn).id


def add_call(conn, business_id, number, *, caller=None, name=None, said=(), outcome="completed", left=None):
    """One that begins so many minutes from now; what was said as (kind, text)."""
    sid = f"CA{number}"
    lead = leads.find_or_create(conn, business_id, phone=caller, call_sid=sid)
    if name:
        leads.update_details(conn, business_id, lead.id, full_name=name)
    begun = {"caller": caller, "lead_id": lead.id, "started_at": NOW + number * MINUTE}
    calls.begin(conn, business_id, call_sid=sid, **begun)
    if left:
        messages.take(conn, business_id, lead_id=lead.id, call_sid=sid, text=left)
    events = [(0, kind, {"text": text, "heard_ms": 5}) for kind, text in said]
    end_call(conn, business_id, sid, outcome=outcome, events=events)


def found(conn, business_id, **asked):
    return [call.call_sid for call in call_search.find(conn, business_id, **asked)]


def test_all_calls_but_the_removed_are_given_the_newest_first(conn, business_id):
    for number in (2, 1, 4, 3):
        add_call(conn, business_id, number)
    calls.begin(conn, business_id, call_sid="CA5", caller=None, lead_id=None, started_at=NOW + 5 * MINUTE)
    calls.remove(conn, business_id, "CA3", NOW)
    assert found(conn, business_id) == ["CA5", "CA4", "CA2", "CA1"]
    assert found(conn, business_id, limit=2) == ["CA5", "CA4"]
    assert call_search.find(conn, business_id, limit=1) == (calls.get(conn, business_id, "CA5"),)


def test_calls_are_found_by_how_they_ended_and_by_what_is_wrong_with_them(conn, business_id):
    for number, outcome in enumerate(("completed", "transferred", "completed")):
        add_call(conn, business_id, number, outcome=outcome)
    for number in (1, 2):
        calls.flag(conn, business_id, f"CA{number}", [WRONG, WRONG])
    assert found(conn, business_id, outcome="completed") == ["CA2", "CA0"]
    assert found(conn, business_id, flagged=True) == ["CA2", "CA1"]
    assert found(conn, business_id, flagged=True, outcome="completed") == ["CA2"]
    assert found(conn, business_id, outcome="lost") == []


def test_calls_are_found_by_that_nobody_answered_who_was_asked_for(conn, business_id):
    ends = [(None, "completed"), (None, "transferred"), *((each, "transferred") for each in DIAL_STATUSES)]
    ends += [("busy", "completed")]
    for number, (status, outcome) in enumerate(ends):
        add_call(conn, business_id, number, outcome=outcome)
        if status is not None:
            calls.set_transfer(conn, business_id, f"CA{number}", "+14155550177")
            calls.set_dial_status(conn, business_id, f"CA{number}", status)

    def ended(outcome):
        found = call_search.find(conn, business_id, outcome=outcome)
        return sorted((call.dial_status or "", call.outcome) for call in found)

    missed = [("busy", "completed"), *((each, "transferred") for each in MISSED)]
    assert ended(calls.NOBODY_ANSWERED) == sorted(missed)
    assert ended("transferred") == [(each, "transferred") for each in ("", *sorted(calls.ANSWERED))]
    assert ended("completed") == [("", "completed"), ("busy", "completed")]
    assert calls.outcomes(conn, business_id) == ("completed", "nobody_answered", "transferred")


def test_a_call_that_failed_is_to_be_checked_as_one_with_flags_is_but_no_test(conn, business_id):
    for number, outcome in enumerate(sorted([*FAILED, "completed"])):
        add_call(conn, business_id, number, outcome=outcome)
    add_test_call(conn, business_id, "CAtest")
    end_call(conn, business_id, "CAtest", outcome="model_failed")
    listed = call_search.find(conn, business_id, flagged=True)
    assert {call.outcome for call in listed} == FAILED
    assert not any(call.test for call in listed)


def test_every_call_is_on_one_page_also_of_those_that_began_in_one_second(conn, business_id):
    for number in range(7):
        started_at = NOW + number // 3 * MINUTE
        calls.begin(
            conn, business_id, call_sid=f"CA{number}", caller=None, lead_id=None, started_at=started_at
        )
    pages = []
    before = None
    while page := call_search.find(conn, business_id, before=before, limit=2):
        pages.append([call.call_sid for call in page])
        before = (page[-1].started_at, page[-1].call_sid)
    assert pages == [["CA6", "CA5"], ["CA4", "CA3"], ["CA2", "CA1"], ["CA0"]]


@pytest.mark.parametrize(
    ("words", "sids"),
    [
        ("+14155550199", ["CA1"]),
        ("(415) 555-0199", ["CA1"]),
        ("0199", ["CA1"]),
        ("+1 415 555", ["CA2", "CA1"]),
        ("03-123 4567", ["CA3"]),
        ("00972/3.1234567", ["CA3"]),
        ("0", ["CA2", "CA1"]),
        ("4155550", ["CA2", "CA1"]),
        ("7777", []),
        ("+", []),
        ("555 x", []),
    ],
)
def test_a_call_is_found_by_any_part_of_its_number_however_that_is_written(conn, business_id, words, sids):
    for number, caller in enumerate((None, "+14155550199", "+14155550188", "+97231234567")):
        add_call(conn, business_id, number, caller=caller)
    assert found(conn, business_id, words=words) == sids


CALLS = (
    {"name": "Dana Lévi", "caller": "+14155550101"},
    {"left": "Please ring back about the Invoice 5_7.", "caller": "+14155550102"},
    {"said": [("user_said", "I would like a haircut.")], "caller": "+14155550103"},
    {"said": [("connected", "haircut"), ("bot_said", 'Our "Colour" is 50% off, back\\slash.')]},
    {"said": [("user_said", "יש לכם תור ביום שלישי?")]},
    {"said": [("user_said", "first_second!")], "name": "Rosa_R"},
)


@pytest.mark.parametrize(
    ("words", "sids"),
    [
        ("dana", ["CA0"]),
        ("LéVI", ["CA0"]),
        ("  dana   lévi ", ["CA0"]),
        ("invoice", ["CA1"]),
        ("invoice 5_7", ["CA1"]),
        ("rosa_r", ["CA5"]),
        ("HAIRCUT", ["CA2"]),
        ('"colour" is', ["CA3"]),
        ("back\\slash", ["CA3"]),
        ("50% off", ["CA3"]),
        ("50%off", []),
        ("תור ביום", ["CA4"]),
        ("first_second", ["CA5"]),
        ("first!second", []),
        ("firstXsecond", []),
        ("f%d", []),
        ("second!", ["CA5"]),
        ("back", ["CA3", "CA1"]),
        ("heard", []),
        ("text", []),
        ("connected", []),
        ("", ["CA5", "CA4", "CA3", "CA2", "CA1", "CA0"]),
        (" ", ["CA5", "CA4", "CA3", "CA2", "CA1", "CA0"]),
    ],
)
def test_a_call_is_found_by_the_leads_name_by_a_message_and_by_what_was_said(conn, business_id, words, sids):
    for number, call in enumerate(CALLS):
        add_call(conn, business_id, number, **call)
    assert found(conn, business_id, words=words) == sids


def test_a_message_whose_call_was_erased_hides_no_other_call(conn, business_id):
    add_call(conn, business_id, 1, left="the bill", said=[("user_said", "the bill, please")])
    add_call(conn, business_id, 2, left="the bill")
    conn.execute("UPDATE messages SET call_sid = NULL WHERE call_sid = 'CA1'")
    assert found(conn, business_id, words="bill") == ["CA2", "CA1"]


def test_a_filter_holds_for_every_way_in_which_words_are_found(conn, business_id):
    for number, call in enumerate(CALLS):
        add_call(conn, business_id, number, **call)
    add_call(conn, business_id, 9, name="Haircut", said=[("user_said", "haircut")], outcome="transferred")
    assert found(conn, business_id, words="haircut") == ["CA9", "CA2"]
    assert found(conn, business_id, words="haircut", outcome="completed") == ["CA2"]
    assert found(conn, business_id, words="haircut", flagged=True) == []
    assert found(conn, business_id, words="haircut", before=(NOW + 9 * MINUTE, "CA9")) == ["CA2"]


def test_a_call_is_not_found_by_what_another_businesss_call_of_its_sid_holds(conn, business_id):
    theirs = add_business(conn, "+14155550101").id
    add_call(conn, theirs, 1, name="Dana", left="the bill", said=[("user_said", "a haircut")])
    calls.flag(conn, theirs, "CA1", [WRONG])
    add_call(conn, business_id, 1)
    for asked in ({"words": "dana"}, {"words": "bill"}, {"words": "haircut"}, {"flagged": True}):
        assert (found(conn, theirs, **asked), found(conn, business_id, **asked)) == (["CA1"], [])


def test_of_very_many_words_the_first_two_hundred_letters_are_looked_for(conn, business_id):
    add_call(conn, business_id, 1, said=[("user_said", "a" * 200)])
    assert found(conn, business_id, words="a" * 100_000) == ["CA1"]
    assert found(conn, business_id, words="a" * 199 + "b" * 100_000) == []


def test_a_test_call_is_found_as_any_other_and_says_that_it_is_one(conn, business_id):
    add_call(conn, business_id, 1, left="Please ring back.")
    lead = add_test_call(conn, business_id, "CAtest")
    messages.take(conn, business_id, lead_id=lead.id, call_sid="CAtest", text="Please ring back.")
    listed = call_search.find(conn, business_id, words="ring back")
    assert [(call.call_sid, call.test) for call in listed] == [("CA1", False), ("CAtest", True)]


@pytest.mark.parametrize("words", ["Ruth", "dana@example", "+1 415 555 0166", "0166"])
def test_a_call_is_found_by_what_else_is_known_of_its_caller(conn, business_id, words):
    add_call(conn, business_id, 1, caller="+14155550199", name="Ruth")
    book(conn, business_id, lead_id=1, call_sid="CA1")
    details = {"full_name": "Tom", "email": "dana@example.com", "callback_phone": "+14155550166"}
    leads.update_details(conn, business_id, 1, **details)
    add_call(conn, business_id, 2, caller="+14155550198", name="Rosa")
    assert found(conn, business_id, words=words) == ["CA1"]
