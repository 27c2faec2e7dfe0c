import pytest

from storage import businesses, feeds
from storage.errors import NotFound
from tests.storage.conftest import add_business


def test_a_business_has_no_link_until_it_makes_one_and_none_after_it_stops_it(conn):
    ours = add_business(conn)
    assert feeds.token(conn, ours.id) is None
    made = feeds.renew(conn, ours.id)
    assert feeds.token(conn, ours.id) == made
    assert feeds.business_of(conn, made) == ours == businesses.by_id(conn, ours.id)
    feeds.stop(conn, ours.id)
    assert feeds.token(conn, ours.id) is None
    assert feeds.business_of(conn, made) is None


def test_a_new_link_is_another_and_the_old_one_is_void(conn):
    ours = add_business(conn)
    first, second = feeds.renew(conn, ours.id), feeds.renew(conn, ours.id)
    assert feeds.business_of(conn, first) is None
    assert feeds.business_of(conn, second) == ours


def test_a_token_is_32_random_bytes_that_fit_into_a_url(conn):
    ours, theirs = add_business(conn), add_business(conn, "+14155550101")
    tokens = {feeds.renew(conn, business.id) for business in (ours, theirs)}
    assert [len(token) for token in tokens] == [43, 43]
    assert all(token.replace("-", "").replace("_", "").isalnum() for token in tokens)


@pytest.mark.parametrize("token", ["", "None", "%", "x" * 43])
def test_a_token_that_nobody_has_shows_nothing(conn, token):
    add_business(conn)
    assert feeds.business_of(conn, token) is None


def test_a_business_that_does_not_exist_has_no_link(conn):
    assert feeds.token(conn, 99) is None
    for act in (feeds.renew, feeds.stop):
        with pytest.raises(NotFound, match="no business 99"):
            act(conn, 99)
