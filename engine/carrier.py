"""The carrier's port in values: what a caller's line says, and what it is told. No wire, no vendor."""

from attrs import field, frozen


@frozen(kw_only=True)
class CallerAudio:
    """Audio of the caller's line: 8 kHz mu-law, and its place in milliseconds since the stream began."""

    payload: bytes = field(repr=False)
    timestamp_ms: int


@frozen(kw_only=True)
class Dtmf:
    """The caller pressed a key: one of 0-9, A-D, * and #."""

    digit: str


@frozen(kw_only=True)
class MarkReached:
    """All audio before this mark has been played, or was cleared."""

    name: str


@frozen(kw_only=True)
class Stopped:
    """The stream is over: the caller hung up, or the call went elsewhere."""


@frozen(kw_only=True)
class Ignored:
    """A well-formed message that means nothing to us."""

    kind: str


CarrierEvent = CallerAudio | Dtmf | MarkReached | Stopped | Ignored


@frozen
class Media:
    """Play this mu-law after whatever is queued. It may have any length: the carrier paces it."""

    audio: bytes = field(repr=False)


@frozen
class Mark:
    """Tell us, with this name, when everything queued so far has been played."""

    name: str


@frozen
class ClearQueue:
    """Drop what is queued. Every mark in it comes back at once, which proves nothing."""


CarrierCommand = Media | Mark | ClearQueue
