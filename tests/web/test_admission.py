"""Which connection gives way, by steps; and in any order of steps, by what must always hold."""

from hypothesis import given
from hypothesis import strategies as st

from web.door.admission import Admission, Stage

WAITING, ANSWERED = Stage


def full(*stages, customers=()):
    """A house that is full of guests 0, 1, 2, ..., in these stages."""
    admission = Admission(most=len(stages), most_a_customer=100)
    for guest, stage in enumerate(stages):
        admission.admit(guest, customers[guest] if customers else None)
        admission.move(guest, stage)
    return admission


def test_whoever_comes_is_let_in_while_there_is_room():
    admission = Admission(most=2, most_a_customer=1)
    assert [admission.admit(guest, None) for guest in range(3)] == [None, None, 0]
    assert len(admission) == 2


def test_the_one_that_has_waited_longest_for_a_whole_request_gives_way():
    admission = full(ANSWERED, WAITING, WAITING)
    assert [admission.admit(guest, None) for guest in (3, 4, 5)] == [1, 2, 3]
    assert admission.give_way() == 4


def test_it_is_the_one_that_came_to_its_stage_first_not_the_one_that_came_in_first():
    admission = full(WAITING, WAITING)
    admission.move(0, ANSWERED)
    admission.move(0, WAITING)  # it was answered, and is idle since
    assert admission.admit(2, None) == 1


def test_where_all_are_being_answered_it_is_the_one_that_is_so_for_longest():
    admission = full(ANSWERED, ANSWERED)
    given_way = []
    for guest in (2, 3, 4):
        given_way.append(admission.admit(guest, None))
        admission.move(guest, ANSWERED)
    assert given_way == [0, 1, 2]


def test_a_call_counts_no_more():
    admission = full(WAITING)
    admission.leave(0)
    assert [admission.admit(guest, None) for guest in (1, 2)] == [None, 1]


def test_a_customer_with_enough_makes_way_for_itself_only():
    admission = Admission(most=100, most_a_customer=2)
    came = [(0, "a"), (1, "b"), (2, "a"), (3, "a"), (4, "b"), (5, None), (6, None), (7, None), (8, "a")]
    given_way = [admission.admit(guest, customer) for guest, customer in came]
    assert given_way == [None, None, None, 0, None, None, None, None, 2]


def test_a_customers_own_calls_and_answers_are_the_last_to_make_way_for_it():
    admission = Admission(most=100, most_a_customer=3)
    for guest, stage in enumerate((ANSWERED, WAITING, WAITING)):
        admission.admit(guest, "a")
        admission.move(guest, stage)
    admission.leave(2)  # a call now
    assert [admission.admit(guest, "a") for guest in (3, 4, 5)] == [None, 1, 3]


def test_who_has_left_is_not_noted_again():
    admission = full(WAITING, WAITING)
    admission.leave(0)
    admission.leave(0)
    admission.move(0, ANSWERED)
    assert (len(admission), admission.waiting()) == (1, (1,))


@given(
    st.lists(
        st.tuples(
            st.integers(0, 7),
            st.one_of(
                st.sampled_from(["leave"]), st.sampled_from(list(Stage)), st.sampled_from(["a", "b", None])
            ),
        )
    )
)
def test_in_any_order_nobody_counts_twice_and_nothing_is_kept_of_who_has_left(steps):
    admission = Admission(most=4, most_a_customer=2)
    inside = {}
    for guest, what in steps:
        if what == "leave":
            admission.leave(guest)
            inside.pop(guest, None)
        elif isinstance(what, Stage):
            admission.move(guest, what)
        elif guest not in inside:
            inside.pop(admission.admit(guest, what), None)
            inside[guest] = what
        assert len(admission) == len(inside) <= 4
        assert max([list(inside.values()).count(customer) for customer in "ab"]) <= 2
    for guest in list(inside):
        admission.leave(guest)
    assert (len(admission), admission.waiting(), admission.give_way()) == (0, (), None)
