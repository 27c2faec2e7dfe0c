"""How often an address may fail to sign in."""

from web.throttle import MOST_FAILURES, WITHIN_S, Throttle


def test_the_tenth_failure_is_the_last_that_is_heard_for_a_quarter_of_an_hour():
    throttle = Throttle()
    for second in range(MOST_FAILURES):
        assert not throttle.refuses("a", second)
        throttle.failed("a", second)
    assert throttle.refuses("a", MOST_FAILURES)
    assert not throttle.refuses("b", MOST_FAILURES)
    assert throttle.refuses("a", WITHIN_S - 1)
    assert not throttle.refuses("a", WITHIN_S)  # the first of them is too old to count


def test_a_flood_from_many_addresses_costs_bounded_memory_and_forgets_the_oldest():
    throttle = Throttle()
    for number in range(10_001):
        for _ in range(MOST_FAILURES):
            throttle.failed(str(number), 0)
    assert (throttle.refuses("0", 0), throttle.refuses("1", 0)) == (False, True)
