"""The tables: each names its moves, and refuses every other one with both names."""

from itertools import product

import pytest

from engine.caller.barge_in import BARGE_IN, BargeInEvent, BargeInState
from engine.errors import LocalProtocolError
from engine.states import (
    ANSWER,
    DOUBT,
    ENDING,
    FLOOR,
    GATE,
    MAKING,
    Answer,
    AnswerEvent,
    Doubt,
    DoubtEvent,
    Ending,
    EndingEvent,
    Floor,
    FloorEvent,
    Gate,
    GateEvent,
    Making,
    MakingEvent,
    step,
)

MACHINES = [
    (FLOOR, Floor, FloorEvent),
    (ANSWER, Answer, AnswerEvent),
    (MAKING, Making, MakingEvent),
    (DOUBT, Doubt, DoubtEvent),
    (BARGE_IN, BargeInState, BargeInEvent),
    (GATE, Gate, GateEvent),
    (ENDING, Ending, EndingEvent),
]
EVERY = [
    (table, state, event) for table, states, events in MACHINES for state, event in product(states, events)
]


@pytest.mark.parametrize(("table", "state", "event"), EVERY)
def test_a_move_is_in_the_table_or_refused_with_both_names(table, state, event):
    if (state, event) in table:
        assert step(table, state, event) is table[state, event]
    else:
        with pytest.raises(LocalProtocolError) as refused:
            step(table, state, event)
        assert str(refused.value) == f"{event} is impossible in state {state}"


def test_the_tables_name_just_these_many_moves():
    assert [len(table) for table, _, _ in MACHINES] == [11, 13, 11, 9, 5, 9, 7]


@pytest.mark.parametrize(("table", "states", "events"), MACHINES)
def test_every_state_is_reached_and_every_event_is_used(table, states, events):
    start = next(iter(states))
    assert set(table.values()) | {start} == set(states)
    assert {event for _, event in table} == set(events)
