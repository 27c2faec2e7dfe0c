"""How many connections there is room for, beside all calls."""

import pytest

from web.door import descriptors


@pytest.mark.parametrize(
    ("limit", "max_calls", "connections"),
    [(1_024, 20, 880), (4_096, 20, 1_000), (4_096, 500, 1_000), (1_024, 200, 256), (64, 20, 16)],
)
def test_connections_get_what_the_calls_and_the_house_leave_but_never_nothing(limit, max_calls, connections):
    assert descriptors.connections(limit, max_calls) == connections


def test_a_limit_under_which_all_calls_fit_is_no_problem():
    assert [descriptors.problem(1_024, calls) for calls in (1, 20, 200)] == [None, None, None]


def test_one_that_is_too_low_is_named_with_its_fix():
    assert descriptors.problem(1_024, 500) == (
        "this process may open 1024 files, and 500 calls (FRONTDESK_MAX_CALLS) need 2128: "
        "raise the limit (ulimit -n, or LimitNOFILE= of systemd), or take fewer calls"
    )


def test_the_limit_of_this_process_is_known():
    assert 0 < descriptors.limit_now() <= descriptors.highest_limit()
