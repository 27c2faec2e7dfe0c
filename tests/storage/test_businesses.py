import sqlite3

import attrs
import pytest

from storage import businesses
from storage.errors import InvalidField, NotFound
from tests.storage.conftest import add_business

VALID = {"name": "Salon", "number": "+14155550100", "timezone": "Europe/Berlin", "language": "en"}


def test_a_business_is_found_by_its_number_and_by_its_id(conn):
    business = businesses.add(conn, **{**VALID, "name": "  Salon Dönmez ", "language": "DE"})
    assert attrs.asdict(business) == {
        **VALID,
        "id": 1,
        "name": "Salon Dönmez",
        "language": "de",
        "keeps_audio": False,
        "trade": "",
        "greeting": "",
        "rules": "",
        "owner_phone": None,
        "grid_min": 30,
        "notice_min": 120,
        "days_ahead": 60,
        "notice": "",
        "notice_news": "",
        "retention_days": 0,
        "created_at": business.created_at,
    }
    assert business.created_at.utcoffset().total_seconds() == 0
    assert businesses.by_number(conn, "+14155550100") == business
    assert businesses.by_id(conn, business.id) == business


def test_a_business_keeps_its_calls_audio_only_if_it_says_so(conn):
    assert businesses.add(conn, **VALID, keeps_audio=True).keeps_audio is True
    assert businesses.by_number(conn, VALID["number"]).keeps_audio is True
    assert add_business(conn, "+14155550101").keeps_audio is False
    with pytest.raises(sqlite3.IntegrityError, match="keeps_audio"):
        conn.execute("UPDATE businesses SET keeps_audio = 2")


def test_an_unknown_number_is_nobodys(conn):
    add_business(conn)
    assert businesses.by_number(conn, "+14155550999") is None
    assert businesses.by_id(conn, 99) is None


@pytest.fixture
def unlike(conn):
    """A business, and what a change of it gives beside what it was."""
    business = businesses.add(conn, **VALID)
    return business, lambda **changes: attrs.evolve(business, **changes)


ANSWERS = {
    "name": "Salon Dönmez",
    "timezone": "Asia/Jerusalem",
    "language": "he",
    "keeps_audio": True,
    "trade": "a hair salon",
    "greeting": "Salon Dönmez, hello!",
    "notice": "This call is answered by a machine.",
    "rules": "Never talk about prices.\nAsk for the colour.",
    "owner_phone": "+4915112345678",
    "grid_min": 45,
    "notice_min": 0,
    "days_ahead": 730,
    "retention_days": 365,
}


def test_a_business_can_say_everything_when_it_is_added(conn):
    business = businesses.add(conn, number=VALID["number"], **ANSWERS)
    assert attrs.asdict(business) == {
        **ANSWERS,
        "number": VALID["number"],
        "id": 1,
        "notice_news": "",
        "created_at": business.created_at,
    }


@pytest.mark.parametrize("field", ANSWERS)
def test_one_field_is_changed_and_the_others_stay(conn, unlike, field):
    business, but = unlike
    changed = businesses.change(conn, business.id, **{field: ANSWERS[field]})
    assert changed == but(**{field: ANSWERS[field]}) == businesses.by_id(conn, business.id)


def told(business):
    return business.keeps_audio, business.notice, business.notice_news


def test_a_new_business_has_the_standard_notice_unless_it_wants_none_or_another(conn):
    added = [
        businesses.add(conn, **{**VALID, "number": f"+1415555010{last}"}, **notice)
        for last, notice in enumerate([{}, {"notice": None}, {"notice": "Hello."}])
    ]
    assert [told(business) for business in added] == [
        (False, "", ""),
        (False, None, ""),
        (False, "Hello.", ""),
    ]


def test_nobody_is_recorded_without_a_notice(conn):
    off = "notice: can't be switched off while calls are recorded; stop recording first"
    with pytest.raises(InvalidField, match=off):
        businesses.add(conn, **VALID, keeps_audio=True, notice=None)
    silent = businesses.add(conn, **VALID, notice=None).id
    assert told(businesses.change(conn, silent, keeps_audio=True)) == (True, "", "")
    with pytest.raises(InvalidField, match=off):
        businesses.change(conn, silent, notice=None)
    with pytest.raises(InvalidField, match=off):
        businesses.change(conn, silent, notice=None, keeps_audio=True)
    with pytest.raises(sqlite3.IntegrityError):
        conn.execute("UPDATE businesses SET notice = NULL")
    assert told(businesses.change(conn, silent, notice=None, keeps_audio=False)) == (False, None, "")


def test_the_news_of_the_notice_ends_with_an_answer_to_it_and_with_nothing_else(conn):
    def after(job):
        conn.execute("UPDATE businesses SET notice = NULL, keeps_audio = 0, notice_news = 'missing'")
        job()
        return told(businesses.by_id(conn, business_id))

    business_id = businesses.add(conn, **VALID).id
    assert after(lambda: businesses.change(conn, business_id, name="Two", keeps_audio=False))[2] == "missing"
    assert after(lambda: businesses.change(conn, business_id, notice="")) == (False, "", "")
    assert after(lambda: businesses.change(conn, business_id, notice=None)) == (False, None, "")
    assert after(lambda: businesses.change(conn, business_id, keeps_audio=True)) == (True, "", "")
    assert after(lambda: businesses.end_news(conn, business_id)) == (False, None, "")


def test_what_may_be_left_unsaid_can_be_taken_back(conn):
    business = businesses.add(conn, **VALID)
    businesses.change(conn, business.id, **ANSWERS)
    unsaid = {"trade": " ", "greeting": "", "notice": " ", "rules": "\n", "owner_phone": ""}
    businesses.change(
        conn, business.id, **unsaid, **{k: getattr(business, k) for k in ANSWERS.keys() - unsaid}
    )
    assert businesses.by_id(conn, business.id) == business


def test_only_that_business_is_changed(conn):
    other = add_business(conn, "+14155550101")
    businesses.change(conn, add_business(conn).id, **ANSWERS)
    assert businesses.by_id(conn, other.id) == other


def test_changing_nothing_changes_nothing(conn, unlike):
    business, _ = unlike
    assert businesses.change(conn, business.id) == business
    with pytest.raises(NotFound, match="no business 99"):
        businesses.change(conn, 99, name="Nobody")


def test_every_business_is_listed_in_the_order_in_which_it_was_added(conn):
    assert businesses.every(conn) == ()
    added = [add_business(conn, f"+1415555010{last}") for last in (2, 0, 1)]
    assert businesses.every(conn) == tuple(added)


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("name", " ", "is empty"),
        ("name", "a\nb", "must be one line of text"),
        ("name", "a" * 201, "is 201 characters long; at most 200 are kept"),
        ("number", "4155550100", "is not a number like +14155550100: a plus, the country code, digits only"),
        ("number", "+1 415 555", "is not a number like +14155550100: a plus, the country code, digits only"),
        ("timezone", "Berlin", "'Berlin' is not a zone name such as Europe/Berlin"),
        ("timezone", "Europe", "'Europe' is not a zone name such as Europe/Berlin"),
        ("timezone", "../etc/passwd", "'../etc/passwd' is not a zone name such as Europe/Berlin"),
        ("timezone", "", "'' is not a zone name such as Europe/Berlin"),
        ("timezone", "\0", "'\\x00' is not a zone name such as Europe/Berlin"),
        ("language", "english", "is not a language code of two or three letters, such as en or he"),
        ("language", "e1", "is not a language code of two or three letters, such as en or he"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_field(conn, field, value, problem):
    with pytest.raises(InvalidField) as refused:
        businesses.add(conn, **{**VALID, field: value})
    assert (refused.value.field, refused.value.problem) == (field, problem)
    assert conn.execute("SELECT count(*) FROM businesses").fetchone()[0] == 0


def test_two_businesses_cannot_have_one_number(conn):
    add_business(conn)
    with pytest.raises(InvalidField, match="number: already belongs to a business"):
        add_business(conn)


E164 = "is not a number like +14155550100: a plus, the country code, digits only"


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("name", "", "is empty"),
        ("timezone", "Mars", "'Mars' is not a zone name such as Europe/Berlin"),
        ("language", "", "is not a language code of two or three letters, such as en or he"),
        ("trade", "a\nb", "must be one line of text"),
        ("trade", "a" * 201, "is 201 characters long; at most 200 are kept"),
        ("greeting", "a\x00b", "must be one line of text"),
        ("greeting", "a" * 301, "is 301 characters long; at most 300 are kept"),
        ("notice", "a\nb", "must be one line of text"),
        ("notice", "a" * 301, "is 301 characters long; at most 300 are kept"),
        ("rules", "a" * 2001, "is 2001 characters long; at most 2000 are kept"),
        ("owner_phone", "0151 12345678", E164),
        ("grid_min", 20, "is 20; it must be one of 15, 30, 45, 60"),
        ("notice_min", -1, "is -1; it must be between 0 and 86400"),
        ("notice_min", 86401, "is 86401; it must be between 0 and 86400"),
        ("days_ahead", -1, "is -1; it must be between 0 and 730"),
        ("days_ahead", 731, "is 731; it must be between 0 and 730"),
        ("retention_days", -1, "is -1; it must be between 0 and 3650"),
        ("retention_days", 3651, "is 3651; it must be between 0 and 3650"),
        (
            "number",
            "+14155550199",
            "cannot be set; these can: name, timezone, language, keeps_audio, trade, greeting, notice,"
            " rules, owner_phone, grid_min, notice_min, days_ahead, retention_days",
        ),
    ],
)
def test_a_change_that_makes_no_sense_is_refused_whole(conn, unlike, field, value, problem):
    business, _ = unlike
    with pytest.raises(InvalidField) as refused:
        businesses.change(conn, business.id, **{"name": "Other", field: value})
    assert (refused.value.field, refused.value.problem) == (field, problem)
    assert businesses.by_id(conn, business.id) == business
    with pytest.raises(InvalidField, match=f"{field}: "):
        businesses.checked(**{field: value})


def test_fields_can_be_checked_before_there_is_a_file():
    assert businesses.checked(name=" Salon ", language="DE") == {"name": "Salon", "language": "de"}


def test_a_field_that_does_not_exist_is_refused_before_it_comes_near_the_database(conn):
    with pytest.raises(InvalidField, match="name = 'x' --: cannot be set"):
        businesses.add(conn, **VALID, **{"name = 'x' --": 1})
    assert businesses.every(conn) == ()
