"""Who is signed in and for how long, and links that let somebody in once."""

import datetime as dt

import pytest

from storage import owners, sessions
from storage.records import Session
from storage.sessions import LINK_LIFE, SESSION_LIFE
from tests.storage.conftest import HOUR, NOW, add_business

SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def dana(conn):
    return add_owner(conn, "dana@example.com")


def add_owner(conn, email):
    return owners.add(conn, email=email, password_hash="$argon2id$x", language="en")


def begin(conn, owner, browser="Firefox", now=NOW):
    return sessions.begin(conn, owner.id, browser=browser, now=now)


def id_of(conn, token, now=NOW):
    return sessions.find(conn, token, now)[1].id


def signed_in(conn, owner, now=NOW):
    return [session.browser for session in sessions.of_owner(conn, owner.id, now)]


def test_a_token_shows_whose_browser_it_is(conn, dana):
    other = add_owner(conn, "rosa@example.com")
    token, second = begin(conn, dana), begin(conn, other, "Safari")
    owner, session = sessions.find(conn, token, NOW)
    assert (owner, session) == (
        dana,
        Session(
            id=session.id,
            owner_id=dana.id,
            browser="Firefox",
            seen_at=NOW,
            expires_at=NOW + SESSION_LIFE,
            created_at=session.created_at,
        ),
    )
    assert sessions.find(conn, second, NOW)[0] == other


def test_a_token_that_nobody_was_given_is_nobodys(conn, dana):
    token = begin(conn, dana)
    for wrong in ("", token[:-1], token.swapcase(), "%"):
        assert sessions.find(conn, wrong, NOW) is None


def test_neither_token_can_be_read_from_the_file(conn, dana):
    tokens = begin(conn, dana), sessions.invite(conn, NOW, owner_id=dana.id)
    content = "".join(conn.iterdump())
    assert [len(token) for token in tokens] == [43, 43]
    assert [token for token in tokens if token in content] == []


def test_a_browser_may_call_itself_anything_and_some_of_it_is_kept(conn, dana):
    begin(conn, dana, "x" * 5_000)
    assert signed_in(conn, dana) == ["x" * 200]


def test_a_session_ends_thirty_days_after_the_last_visit(conn, dana):
    token = begin(conn, dana)
    _, session = sessions.find(conn, token, NOW + SESSION_LIFE - SECOND)
    assert sessions.find(conn, token, NOW + SESSION_LIFE) is None
    assert signed_in(conn, dana, NOW + SESSION_LIFE) == []
    visit = NOW + SESSION_LIFE - HOUR
    sessions.seen(conn, session.id, visit)
    _, session = sessions.find(conn, token, visit + SESSION_LIFE - SECOND)
    assert (session.seen_at, session.expires_at) == (visit, visit + SESSION_LIFE)
    assert sessions.find(conn, token, visit + SESSION_LIFE) is None


def test_a_visit_forgets_the_sessions_that_have_expired_and_no_others(conn, dana):
    for hours, browser in enumerate(("old", "expires now", "last", "visits")):
        token = begin(conn, dana, browser, NOW + hours * HOUR)
    sessions.seen(conn, id_of(conn, token), NOW + SESSION_LIFE + HOUR)
    rows = conn.execute("SELECT browser, seen_at FROM sessions ORDER BY rowid")
    assert [tuple(row) for row in rows] == [
        ("last", "2026-11-20T14:00:00Z"),
        ("visits", "2026-12-20T13:00:00Z"),
    ]


def test_an_owner_sees_where_they_are_signed_in_the_last_seen_first(conn, dana):
    first, *_ = [begin(conn, dana, browser) for browser in ("first", "second", "third")]
    begin(conn, add_owner(conn, "rosa@example.com"), "another's")
    sessions.seen(conn, id_of(conn, first), NOW + HOUR)
    assert signed_in(conn, dana) == ["first", "third", "second"]


def test_an_owner_ends_one_of_their_own_sessions(conn, dana):
    other = add_owner(conn, "rosa@example.com")
    token, others = begin(conn, dana), begin(conn, other)
    own = id_of(conn, token)
    assert not sessions.end(conn, dana.id, id_of(conn, others))
    assert sessions.end(conn, dana.id, own)
    assert not sessions.end(conn, dana.id, own)
    assert sessions.find(conn, token, NOW) is None
    assert sessions.find(conn, others, NOW)[0] == other


def test_an_owner_ends_all_of_their_sessions_but_one_or_all(conn, dana):
    other = add_owner(conn, "rosa@example.com")
    signing_in = ((dana, "first"), (dana, "this"), (other, "another's"), (dana, "third"))
    _, this, *_ = [begin(conn, owner, browser) for owner, browser in signing_in]
    assert sessions.end_others(conn, dana.id, id_of(conn, this)) == 2
    assert (signed_in(conn, dana), signed_in(conn, other)) == (["this"], ["another's"])
    sessions.end_all(conn, dana.id)
    assert (signed_in(conn, dana), signed_in(conn, other)) == ([], ["another's"])


def test_the_id_of_a_session_that_is_over_names_no_later_one(conn, dana):
    other = add_owner(conn, "rosa@example.com")
    over = [id_of(conn, begin(conn, owner)) for owner in (dana, other)]
    sessions.end_all(conn, dana.id)
    sessions.end_all(conn, other.id)
    later = [id_of(conn, begin(conn, owner)) for owner in (other, dana)]
    assert set(later) & set(over) == set()
    assert [sessions.end(conn, dana.id, ended) for ended in over] == [False, False]
    for ended in over:
        sessions.seen(conn, ended, NOW + HOUR)
    assert [row[0] for row in conn.execute("SELECT DISTINCT seen_at FROM sessions")] == [
        "2026-11-20T12:00:00Z"
    ]


# Links.


def test_a_link_is_for_what_it_was_made_for_until_it_is_spent(conn, dana):
    ours = add_business(conn)
    made = {
        (None, None): sessions.invite(conn, NOW),
        (ours.id, None): sessions.invite(conn, NOW, business_id=ours.id),
        (None, dana.id): sessions.invite(conn, NOW, owner_id=dana.id),
    }
    for purpose, token in made.items():
        assert sessions.invited(conn, token, NOW + LINK_LIFE - SECOND) == purpose
        assert sessions.invited(conn, token, NOW + LINK_LIFE) is None
        sessions.spend(conn, token)
        assert sessions.invited(conn, token, NOW) is None
    assert conn.execute("SELECT count(*) FROM links").fetchone()[0] == 0


def test_a_link_that_nobody_made_is_void_and_spends_nothing(conn, dana):
    token = sessions.invite(conn, NOW, owner_id=dana.id)
    assert sessions.invited(conn, "guessed", NOW) is None
    sessions.spend(conn, "guessed")
    assert sessions.invited(conn, token, NOW) == (None, dana.id)


def test_an_earlier_link_for_the_administrator_or_for_the_same_owner_is_void(conn, dana):
    other = add_owner(conn, "rosa@example.com")
    purposes = ({}, {"owner_id": dana.id}, {"owner_id": other.id})
    earlier = [sessions.invite(conn, NOW, **purpose) for purpose in purposes]
    for number, purpose in enumerate(purposes):
        later = sessions.invite(conn, NOW, **purpose)
        assert sessions.invited(conn, later, NOW) == (None, purpose.get("owner_id"))
        void = [sessions.invited(conn, token, NOW) is None for token in earlier]
        assert void == [each <= number for each in range(3)]


def test_several_people_may_be_invited_to_one_business(conn):
    ours = add_business(conn)
    tokens = [sessions.invite(conn, NOW, business_id=ours.id) for _ in range(2)]
    assert [sessions.invited(conn, token, NOW) for token in tokens] == [(ours.id, None)] * 2


def test_a_new_link_forgets_those_that_have_expired(conn):
    ours = add_business(conn)
    for now in (NOW, NOW + SECOND, NOW + LINK_LIFE):
        sessions.invite(conn, now, business_id=ours.id)
    assert conn.execute("SELECT count(*) FROM links").fetchone()[0] == 2
