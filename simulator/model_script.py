"""What the model will say and hear: the script of a simulated Realtime server.

Each accepted `response.create` takes the next reply. A fault is a reply too.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import field, frozen

from simulator.tones import murmur


@frozen
class SessionMemory:
    """What a scripted call may look back at: the outputs of earlier calls, oldest first."""

    outputs: tuple[tuple[str, Any], ...] = ()  # the function's name, and its output

    def last(self, name: str) -> Any:
        """Return the latest output of this function. Raises LookupError if it was never answered."""
        for known, output in reversed(self.outputs):
            if known == name:
                return output
        raise LookupError(f"{name} has not been answered yet")


Arguments = Mapping[str, Any] | Callable[[SessionMemory], Mapping[str, Any]]


@frozen
class Call:
    """A function call in a reply; `arguments` may depend on earlier outputs. A str is sent as it is.

    `id` is its call_id, for servers that use one again; by default it is a new one. One that is `cut_off`
    ends with its response in the middle of its arguments: the last of a reply that is incomplete.
    """

    name: str
    arguments: Arguments | str = field(factory=dict)
    id: str = ""
    cut_off: bool = False


@frozen
class Speech:
    """One spoken message: its transcript and its mu-law audio."""

    text: str
    audio: bytes


@frozen
class Reply:
    """Speak, and call functions. Audio comes in deltas, `pace` times faster than it plays.

    `further` are more spoken messages in the same response. With `incomplete` the response ends as
    `incomplete` for that reason ("max_output_tokens", "content_filter") and its last message in mid-word.
    With `failed`, an error code, it fails after all that it had to say.
    """

    text: str = ""
    audio: bytes = b""
    calls: tuple[Call, ...] = ()
    further: tuple[Speech, ...] = ()
    first_delta_ms: float = 150
    delta_ms: int = 400
    pace: float = 5.0
    text_lead: float = 2.0  # the transcript runs ahead of the audio by this factor
    call_ms: float = 60  # from the beginning of a function call to the end of its arguments
    incomplete: str | None = None
    failed: str | None = None

    @property
    def speeches(self) -> tuple[Speech, ...]:
        """The spoken messages in order."""
        first = (Speech(self.text, self.audio),) if self.text or self.audio else ()
        return first + self.further


@frozen
class NoAnswer:
    """`response.created`, then nothing. `deaf`: a cancel is not answered either."""

    deaf: bool = False


@frozen
class Ignore:
    """The create is lost: not even `response.created`."""


@frozen
class Fail:
    """`response.done` with status failed, this error code and its message; empty: it names the code."""

    code: str
    after_ms: float = 150
    message: str = ""


@frozen
class CloseNow:
    """Close the socket `after_ms` into `during` (or into nothing)."""

    code: int = 1011
    reason: str = "keepalive ping timeout"
    after_ms: float = 0
    during: Reply | None = None


@frozen
class Abort:
    """The socket dies without a close frame `after_ms` into `during`."""

    after_ms: float = 0
    during: Reply | None = None


@frozen
class Stall:
    """Stop reading, and answer nothing more, `after_ms` into `during`; the socket stays open."""

    after_ms: float = 0
    during: Reply | None = None


AnyReply = Reply | NoAnswer | Ignore | Fail | CloseNow | Abort | Stall


def Incomplete(text: str = "", audio: bytes = b"", reason: str = "max_output_tokens") -> Reply:  # noqa: N802
    """Make a reply that ends as `incomplete` in mid-word."""
    return Reply(text=text, audio=audio, incomplete=reason)


DEFAULT_REPLY = Reply("All right.", murmur(600, pitch=170))
UNSCRIPTED = "(unscripted)"


@frozen
class Rejection:
    """Why a server ends a session: one `error` event and a close frame at once behind it."""

    code: str
    message: str
    close_code: int


BAD_KEY = Rejection("invalid_api_key", "Incorrect API key provided.", 3000)
EXPIRED = Rejection("session_expired", "Your session hit the maximum duration of 60 minutes.", 1001)


Recogniser = Callable[[bytes], str | None]  # from the committed audio, at the moment of its commit


@frozen
class LiveTranscription:
    """Transcribe while the audio comes, as a live model does: each word in a delta of its own.

    `words` are those that the audio in the buffer holds so far, asked for with each append; a word is sent
    `after_ms` later. The deltas name the item that the commit will make.
    """

    words: Callable[[bytes], Sequence[str]]
    after_ms: Callable[[], float]


@frozen(kw_only=True)
class ModelScript:
    """One session. After the last reply comes DEFAULT_REPLY; after the last transcript UNSCRIPTED.

    `hears` are the transcripts of committed caller audio, in order, or what makes them; None is a failed
    transcription. They come `transcript_after_ms` after the commit.
    """

    replies: Sequence[AnyReply] = ()
    hears: Sequence[str | None] | Recogniser = ()
    transcript_after_ms: float | Callable[[], float] = 300
    live: LiveTranscription | None = None  # None: the whole transcript comes in one delta, at its end

    # Faults of the connection.
    bad_key: bool = False  # an error and close 3000, right after the handshake
    slow_connect_ms: float = 0  # before `session.created`
    never_updates: bool = False
    wrong_formats: bool = False  # `session.updated` says 24 kHz PCM whatever was asked for
    reject_fields: frozenset[str] = frozenset()  # "audio.input.transcription": unknown to this server

    allowed_errors: frozenset[str] = frozenset()  # error codes that are no violation
