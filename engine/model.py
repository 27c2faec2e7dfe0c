"""The model's port in values: how a session is opened, what the model is told, and what it says.

No wire and no vendor: `peers/` turns commands into messages and messages into events. What a model can't do
is said once, as it opens (`Capabilities`); what is done without it is decided in `capabilities.py`.
"""

from typing import Any, Literal

from attrs import field, frozen

from engine.usage import Usage

# The session


@frozen(kw_only=True)
class Session:
    """What a model is asked to be: its instructions, its tools, its voice and its ears."""

    instructions: str = field(repr=False)
    tools: tuple[dict[str, Any], ...] = field(repr=False)  # declarations, as JSON Schema
    language: str  # ISO 639-1
    voice: str
    max_output_tokens: int
    transcription_model: str | None = None  # who writes down what the caller says; None: nobody
    keywords: tuple[str, ...] = ()  # names that callers may say, for whoever writes it down
    noise_reduction: str | None = None
    name: str = ""  # what the log calls it


@frozen(kw_only=True)
class Capabilities:
    """What a model can do. All of it, as the Realtime protocol can, unless it says otherwise."""

    client_turns: bool = True  # we say when the caller's turn is over, and ask for each answer
    truncates: bool = True  # it can forget the end of an answer that the caller did not hear
    deletes: bool = True  # it can forget an item
    transcribes: bool = True  # it writes down what the caller says


@frozen(kw_only=True)
class SessionInfo:
    """The session as the model took it, which is not always what was asked for."""

    voice: str
    input_format: str
    output_format: str
    model: str = ""  # by the name under which it has a price
    transcription_model: str | None = None  # None: nobody writes down what the caller says
    capabilities: Capabilities = Capabilities()
    transcription_refused: str | None = None  # the refusal's code; None: it was taken, or not asked for


# What the model is told

COMMIT_ID = "commit"  # of every commit: they are answered in order


@frozen
class AppendAudio:
    """Add mu-law of the caller to what is not committed yet. Nothing answers."""

    audio: bytes = field(repr=False)


@frozen
class CommitAudio:
    """Make what was appended an utterance of the conversation: `InputCommitted` answers. At least 100 ms."""

    command_id: str = COMMIT_ID


@frozen
class DiscardAudio:
    """Forget what was appended."""


@frozen
class Tell:
    """Let the model know something that nobody says aloud; by its id it can be deleted later."""

    role: Literal["system", "user"]  # user: the caller did it without speaking
    text: str
    item_id: str | None = None


@frozen
class AnswerTool:
    """Answer a function call: the one output of it."""

    call_id: str
    result: dict[str, Any]


@frozen
class CreateResponse:
    """Ask for an answer, with the session's tools, or without them if it is only to say something."""

    command_id: str
    with_tools: bool = True


@frozen
class CancelResponse:
    """Stop the answer being generated. `ResponseDone` follows, and more of it may come before."""

    command_id: str
    response_id: str | None = None  # None: it has not begun, so there is no other


@frozen
class TruncateItem:
    """Tell the model how much of a message the caller heard: no more than has come of it."""

    item_id: str
    heard_ms: int
    heard_text: str  # the words of it, for a model that can't be told in milliseconds
    command_id: str


@frozen
class DeleteItem:
    """Take an item out of the conversation, as if it had never been."""

    item_id: str
    command_id: str
    unheard: bool = False  # it is a message of which the caller heard nothing


ModelCommand = (
    AppendAudio
    | CommitAudio
    | DiscardAudio
    | Tell
    | AnswerTool
    | CreateResponse
    | CancelResponse
    | TruncateItem
    | DeleteItem
)

# What the model says


@frozen(kw_only=True)
class RateLimit:
    """The server has been asked for too much at once. `wait_ms` is None where it names no time."""

    wait_ms: float | None = None


@frozen(kw_only=True)
class ResponseCreated:
    """The model began an answer."""

    response_id: str


@frozen(kw_only=True)
class ItemStarted:
    """An answer goes on with a new item; `kind` is "message", "function_call" or a newer one."""

    response_id: str
    item_id: str
    kind: str


@frozen(kw_only=True)
class AudioDelta:
    """The next mu-law bytes of a message item."""

    response_id: str
    item_id: str
    audio: bytes = field(repr=False)


@frozen(kw_only=True)
class TranscriptDelta:
    """The next words of a message item. They run ahead of the audio."""

    response_id: str
    item_id: str
    text: str


@frozen(kw_only=True)
class AnsweredInText:
    """The model writes in an answer, which nobody hears."""

    response_id: str


@frozen(kw_only=True)
class FunctionCalled:
    """A complete function call: the only event on which a tool may run. `arguments` is JSON text."""

    response_id: str
    item_id: str
    call_id: str
    name: str
    arguments: str


@frozen(kw_only=True)
class ResponseDone:
    """The model ended an answer. Generated, not played.

    `status` is completed, cancelled, incomplete or failed; `reason`, `error_code` and `limit` say why not
    completed; after a fatal one the session has no future.
    """

    response_id: str
    status: str
    reason: str | None = None
    error_code: str | None = None
    limit: RateLimit | None = None
    fatal: bool = False
    usage: Usage | None = None  # what it has used; None: the model does not say


@frozen(kw_only=True)
class InputCommitted:
    """The caller's audio became an item of the conversation."""

    item_id: str


@frozen(kw_only=True)
class InputWords:
    """The next words of what the caller says, as another model hears them: the item may have no name yet."""

    item_id: str
    text: str


@frozen(kw_only=True)
class InputTranscribed:
    """What another model heard the caller say. Late, out of order, and sometimes invented."""

    item_id: str
    text: str
    usage: Usage | None = None  # what that has used; None: nobody says


@frozen(kw_only=True)
class InputTranscriptionFailed:
    """There will be no transcript of this item."""

    item_id: str


@frozen(kw_only=True)
class ErrorReported:
    """The model refused something; the session lives unless it is fatal, or a close follows.

    `code` is the error's type where it has no code, `command_id` the id of our refused command, `param` the
    part of it that was refused.
    """

    code: str | None
    message: str
    param: str | None = None
    command_id: str | None = None
    limit: RateLimit | None = None
    fatal: bool = False


@frozen(kw_only=True)
class Ignored:
    """An event that means nothing to us."""

    kind: str


ModelEvent = (
    ResponseCreated
    | ItemStarted
    | AudioDelta
    | TranscriptDelta
    | AnsweredInText
    | FunctionCalled
    | ResponseDone
    | InputCommitted
    | InputWords
    | InputTranscribed
    | InputTranscriptionFailed
    | ErrorReported
    | Ignored
)
