"""Which connections are kept when there are too many. Plain code: it counts and chooses, and closes nothing.

No new connection is ever refused: an older one gives way to it, so that the head of Twilio's next webhook is
always read. It is the one that has waited longest for a whole request, be it for the rest of one or for the
next; a webhook's is whole within moments. If all are being answered, it is the one that has been so for
longest. A call is none of them: once its WebSocket is accepted the connection counts no more.
"""

from collections.abc import Hashable, Iterator
from enum import IntEnum
from typing import Generic, TypeVar

from attrs import define, field

_G = TypeVar("_G", bound=Hashable)


class Stage(IntEnum):
    """How far a connection has come, in the order in which they give way."""

    WAITING = 0  # no request, or not the whole of it; or nothing more to say
    ANSWERED = 1


@define(eq=False)
class Admission(Generic[_G]):
    """The connections that count, each with the customer whose it is; None if it comes from our own proxy."""

    most: int
    most_a_customer: int
    _stages: dict[_G, Stage] = field(factory=dict, init=False)
    _customers: dict[_G, str | None] = field(factory=dict, init=False)
    # The same connections by stage, and by customer; in each the one that came there first stands first.
    _by_stage: dict[Stage, dict[_G, None]] = field(factory=lambda: {stage: {} for stage in Stage}, init=False)
    _by_customer: dict[str, dict[_G, None]] = field(factory=dict, init=False)

    def __len__(self) -> int:
        return len(self._stages)

    def admit(self, guest: _G, customer: str | None) -> _G | None:
        """Count a new connection in; the one that gives way to it is counted no more, and is to be closed."""
        gives_way = None
        if customer is not None and len(self._by_customer.get(customer, ())) >= self.most_a_customer:
            # The first in order of the lowest stage, among few.
            gives_way = min(self._by_customer[customer], key=self._stages.__getitem__)
        elif len(self) >= self.most:
            gives_way = self.give_way()
        if gives_way is not None:
            self.leave(gives_way)
        self._customers[guest] = customer
        self._enter(guest, Stage.WAITING)
        return gives_way

    def give_way(self) -> _G | None:
        """Return the connection that is the next to give way, or None."""
        return next(self._in_order(), None)

    def move(self, guest: _G, stage: Stage) -> None:
        """Note how far a connection has come; one that counts no more is left alone."""
        if self._stages.get(guest, stage) is not stage:
            self._exit(guest)
            self._enter(guest, stage)

    def leave(self, guest: _G) -> None:
        """Count a connection no more, if it still counts."""
        if guest in self._stages:
            self._exit(guest)
            del self._customers[guest]

    def waiting(self) -> tuple[_G, ...]:
        """Return those that have asked for nothing yet, or for nothing more."""
        return tuple(self._by_stage[Stage.WAITING])

    def _in_order(self) -> Iterator[_G]:
        return (guest for stage in Stage for guest in self._by_stage[stage])

    def _enter(self, guest: _G, stage: Stage) -> None:
        self._stages[guest] = stage
        self._by_stage[stage][guest] = None
        if (customer := self._customers[guest]) is not None:
            self._by_customer.setdefault(customer, {})[guest] = None

    def _exit(self, guest: _G) -> None:
        del self._by_stage[self._stages.pop(guest)][guest]
        if (customer := self._customers[guest]) is not None:
            del self._by_customer[customer][guest]
            if not self._by_customer[customer]:
                del self._by_customer[customer]
