from attrs import evolve

from office.grant import Grant
from web.twilio.tokens import TOKEN_LIFE_S, StreamTokens

GRANT = Grant(call_sid="CA1", business_id=7, caller_number="+14155550199")


class Clock:
    def __init__(self):
        self.now = 1_000.0

    def __call__(self):
        return self.now


def test_a_token_gives_its_grant_once():
    tokens = StreamTokens(Clock())
    token = tokens.issue(GRANT)

    assert tokens.consume(token, "CA1") == GRANT
    assert tokens.consume(token, "CA1") is None


def test_a_token_holds_32_random_bytes_and_no_two_are_equal():
    tokens = StreamTokens(Clock())
    issued = {tokens.issue(GRANT) for _ in range(100)}

    assert {len(token) for token in issued} == {43}
    assert len(issued) == 100


def test_a_token_lives_for_its_time_and_no_longer():
    clock = Clock()
    tokens = StreamTokens(clock)
    early, late = tokens.issue(GRANT), tokens.issue(GRANT)

    clock.now += TOKEN_LIFE_S - 0.001
    assert tokens.consume(early, "CA1") == GRANT
    clock.now += 0.001
    assert tokens.consume(late, "CA1") is None


def test_a_token_shown_by_another_call_is_refused_and_spent():
    tokens = StreamTokens(Clock())
    token = tokens.issue(GRANT)

    assert tokens.consume(token, "CA2") is None
    assert tokens.consume(token, "CA1") is None


def test_a_stream_is_pending_until_its_token_is_spent_or_expired():
    clock = Clock()
    tokens = StreamTokens(clock)
    seen = [tokens.pending]
    token = tokens.issue(GRANT)
    seen.append(tokens.pending)
    tokens.consume(token, "CA1")
    seen.append(tokens.pending)
    tokens.issue(GRANT)
    clock.now += TOKEN_LIFE_S
    assert [*seen, tokens.pending] == [False, True, False, False]


def test_an_invented_token_is_refused():
    tokens = StreamTokens(Clock())
    tokens.issue(GRANT)

    assert [tokens.consume(token, "CA1") for token in ("", "x", "A" * 43, "A" * 100_000)] == [None] * 4


def test_beyond_the_bound_the_oldest_token_goes():
    tokens = StreamTokens(Clock(), most=2)
    grants = [evolve(GRANT, call_sid=f"CA{n}") for n in range(3)]
    issued = [tokens.issue(grant) for grant in grants]

    consumed = [tokens.consume(t, g.call_sid) for t, g in zip(issued, grants, strict=True)]
    assert consumed == [None, grants[1], grants[2]]


def test_expired_tokens_make_room_before_live_ones_go():
    clock = Clock()
    tokens = StreamTokens(clock, most=2)
    tokens.issue(GRANT)
    clock.now += TOKEN_LIFE_S - 1
    live = tokens.issue(GRANT)
    clock.now += 1
    tokens.issue(GRANT)

    assert tokens.consume(live, "CA1") == GRANT


def test_what_a_call_left_unused_is_void_once_it_has_ended():
    tokens = StreamTokens(Clock())
    mine, others = tokens.issue(GRANT), tokens.issue(evolve(GRANT, call_sid="CA2"))

    tokens.void("CA1")
    assert tokens.consume(mine, "CA1") is None
    assert tokens.consume(others, "CA2") is not None
