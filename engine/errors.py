"""What can go wrong on a call, named for what the reader of a log should do about it.

`Local...` is a bug of ours, `Remote...` and `...Fault` are the peer's, `LinkClosed` is the normal end of a
socket. Each is raised with one sentence, or with the fields that make it.
"""

from attrs import frozen


class EngineError(Exception):
    """The root of every error that the engine raises."""


class LinkClosed(EngineError):
    """The peer is gone: it closed the socket, or the socket broke. Normal; every link ends with it."""


class ModelFault(EngineError):
    """The model cannot go on: unreachable, session refused, silent, closed, or flooding us."""


class CarrierFault(EngineError):
    """The line cannot go on: the carrier takes nothing any more, or floods us."""


class ArgumentsRefused(EngineError):
    """The model called a tool with arguments that do not fit its declaration."""


@frozen
class RemoteProtocolError(EngineError):
    """A message that the peer's protocol does not allow. The message is dropped; the socket lives."""

    field: str
    problem: str

    def __str__(self) -> str:
        return f"{self.field}: {self.problem}"


@frozen
class LocalProtocolError(EngineError):
    """An event in a state that has no place for it: a bug in the engine."""

    state: str
    event: str

    def __str__(self) -> str:
        return f"{self.event} is impossible in state {self.state}"
