"""What a simulated peer writes down as it goes."""

from collections.abc import Callable

from attrs import define, field, frozen


@frozen
class Moment:
    """One thing that happened: `at_ms` since the peer's run began, what, and the words for it."""

    at_ms: int
    kind: str
    detail: str = ""


Observer = Callable[[Moment], None]


@define
class Timeline:
    """The moments of one peer in order; an observer is told of each as it happens."""

    observer: Observer | None = None
    moments: list[Moment] = field(factory=list, init=False)

    def note(self, at_ms: float, kind: str, detail: str = "") -> None:
        """Write one moment down."""
        moment = Moment(round(at_ms), kind, detail)
        self.moments.append(moment)
        if self.observer is not None:
            self.observer(moment)
