"""One Realtime session, without its responses: the event grammar, the buffer of caller audio, the items.

Pure: a client message goes in, server events come out. Whatever a real server would answer with an
`error` is answered so, and is written to `violations` too, as is what it would let pass but a careful
client must not do. `response.create` and `response.cancel` come out as `Create` and `Cancel`, for whoever
generates.
"""

import base64
import binascii
import json
from collections.abc import Callable, Iterable
from typing import Any

from attrs import define, field

from simulator.events import Appended, Cancel, Committed, Create, Output, error_event, item_events
from simulator.grammar import check, parse
from simulator.items import Item, Items
from simulator.model_script import ModelScript
from simulator.schema import Json, Refused
from simulator.session_shape import check_response, check_session, has_path, merged, new_session

MODEL = "gpt-realtime-2.1"
_BYTES_PER_MS = {"audio/pcmu": 8, "audio/pcma": 8, "audio/pcm": 48}
_COMMIT_MIN_MS = 100
_APPEND_MAX_BYTES = 15 * 2**20


@define
class Conversation:
    """The state of one session."""

    _script: ModelScript
    model: str = MODEL
    session: Json = field(init=False)
    items: Items = field(factory=Items, init=False)
    active: str | None = field(default=None, init=False)  # the id of the response being generated
    violations: list[str] = field(factory=list, init=False)
    committed: list[bytes] = field(factory=list, init=False)
    cleared: list[bytes] = field(factory=list, init=False)
    pending: bytearray = field(factory=bytearray, init=False)  # appended, neither committed nor cleared
    truncated: dict[str, int] = field(factory=dict, init=False)
    deleted: list[str] = field(factory=list, init=False)
    outputs: list[tuple[str, Any]] = field(factory=list, init=False)
    creates: int = field(default=0, init=False)
    _deferred: list[Json] = field(factory=list, init=False)
    _next_item_id: str | None = field(
        default=None, init=False
    )  # of the audio in the buffer, once it is named
    _numbers: dict[str, int] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        self.session = new_session(self.new_id("sess"), self.model)

    def new_id(self, prefix: str) -> str:
        """Make the next id of this kind: `item_0001`."""
        self._numbers[prefix] = self._numbers.get(prefix, 0) + 1
        return f"{prefix}_{self._numbers[prefix]:04d}"

    def receive(self, message: str | bytes) -> list[Output]:
        """Return what one client message brings about."""
        event_id = None
        try:
            event = parse(message)
            event_id = event.get("event_id")
            check(event)
            return list(_HANDLERS[event["type"]](self, event))
        except Refused as refused:
            return [self.refusal(refused, event_id)]

    def refusal(self, refused: Refused, event_id: Any = None) -> Json:
        """Return the `error` event for a fault of the client: a violation unless the script allows it."""
        if refused.code not in self._script.allowed_errors:
            self.violations.append(str(refused))
        return error_event(refused, event_id if isinstance(event_id, str) else None)

    def response_over(self) -> list[Json]:
        """End the active response, and return the item events that waited for it."""
        self.active = None
        waiting, self._deferred = self._deferred, []
        return waiting

    def _complain(self, problem: str) -> None:
        self.violations.append(problem)

    # -- one method per client event; each yields what the server sends or does --

    def _update(self, event: Json) -> Iterable[Output]:
        update = event["session"]
        for path in sorted(self._script.reject_fields):
            if has_path(update, path):
                name = f"session.{path}"
                # The script's server is to blame, not the client: no violation.
                refused = Refused("unknown_parameter", f"Unknown parameter: '{name}'.", name)
                return [error_event(refused, event.get("event_id"))]
        check_session(update, "session")
        if update.get("model", self.model) != self.model:
            raise Refused("invalid_value", "Cannot change the model of a session.", "session.model")
        if has_path(update, "audio.output.voice") and self.items.have_assistant_audio:
            message = "Cannot update a conversation's voice if assistant audio is present."
            raise Refused("cannot_update_voice", message, "session.audio.output.voice")
        if self._script.never_updates:
            return []
        self.session = merged(self.session, update)
        if self._script.wrong_formats:
            pcm = {"format": {"type": "audio/pcm", "rate": 24_000}}
            self.session = merged(self.session, {"audio": {"input": pcm, "output": pcm}})
        return [{"type": "session.updated", "session": self.session}]

    def _append(self, event: Json) -> Iterable[Output]:
        try:
            audio = base64.b64decode(event["audio"], validate=True)
        except (binascii.Error, ValueError, TypeError):
            raise Refused("invalid_value", "Invalid 'audio': expected base64.", "audio") from None
        if not audio or len(audio) > _APPEND_MAX_BYTES:
            raise Refused("invalid_value", f"Invalid 'audio': {len(audio)} bytes.", "audio")
        if audio[:4] == b"RIFF":
            self._complain("input_audio_buffer.append: the audio begins with a WAV header")
        if self._input_format != "audio/pcmu":
            self._complain(f"input_audio_buffer.append while the session's input is {self._input_format}")
        self.pending += audio
        live = self._script.live
        if live is None or not self._transcribes:
            return []
        self._next_item_id = self._next_item_id or self.new_id("item")
        return [Appended(self._next_item_id, bytes(self.pending), live)]

    def _commit(self, event: Json) -> Iterable[Output]:
        length_ms = len(self.pending) / _BYTES_PER_MS[self._input_format]
        if length_ms < _COMMIT_MIN_MS:
            raise Refused(
                "input_audio_buffer_commit_empty",
                "Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, "
                f"but buffer only has {length_ms:.2f}ms of audio.",
            )
        self.committed.append(bytes(self.pending))
        self.pending.clear()
        item = Item(
            self._next_item_id or self.new_id("item"),
            "message",
            role="user",
            content=[{"type": "input_audio", "transcript": None}],
        )
        self._next_item_id = None
        previous_id = self.items.add(item)
        committed = {"type": "input_audio_buffer.committed", "item_id": item.id}
        return [
            {**committed, "previous_item_id": previous_id},
            *item_events(item, previous_id),
            Committed(item.id, len(self.committed) - 1, self._transcribes),
        ]

    def _clear(self, event: Json) -> Iterable[Output]:
        self.cleared.append(bytes(self.pending))
        self.pending.clear()
        self._next_item_id = None
        return [{"type": "input_audio_buffer.cleared"}]

    def _item_create(self, event: Json) -> Iterable[Output]:
        item = self.items.from_client(event["item"], lambda: self.new_id("item"))
        if item.kind == "function_call_output":
            self._take_output(item)
        previous_id = self.items.add(item, after=event.get("previous_item_id"))
        events = item_events(item, previous_id)
        if self.active is None:
            return events
        # Accepted now, but its events come after `response.done`, as captured from the real server.
        self._deferred += events
        return []

    def _take_output(self, item: Item) -> None:
        self.violations += self.items.problems_of_output(item)
        self.outputs.append((item.call_id, _loaded(item.output)))

    def _item_retrieve(self, event: Json) -> Iterable[Output]:
        item = self.items.get(event["item_id"], "item_retrieve_invalid_item_id")
        return [{"type": "conversation.item.retrieved", "item": item.json()}]

    def _item_delete(self, event: Json) -> Iterable[Output]:
        item = self.items.get(event["item_id"], "item_delete_invalid_item_id")
        # A call that nothing came of may be taken back: the model is then to ask again.
        if item.kind != "message" and (item.kind != "function_call" or item.answered):
            self._complain(f"deleted {item.id}, a {item.kind}; the model then asks again or invents")
        if item.status == "in_progress":
            self._complain(f"deleted {item.id} while its response is being generated")
        self.items.remove(item)
        self.deleted.append(item.id)
        return [{"type": "conversation.item.deleted", "item_id": item.id}]

    def _item_truncate(self, event: Json) -> Iterable[Output]:
        item = self.items.get(event["item_id"], "item_truncate_invalid_item_id")
        if item.status == "in_progress":
            self._complain(f"truncated {item.id} while its response is being generated; cancel it first")
        end_ms = self.items.truncate(item, event["content_index"], event["audio_end_ms"])
        self.truncated[item.id] = end_ms
        truncated = {"item_id": item.id, "content_index": 0, "audio_end_ms": end_ms}
        return [{"type": "conversation.item.truncated", **truncated}]

    def _response_create(self, event: Json) -> Iterable[Output]:
        overrides = event.get("response", {})
        check_response(overrides, "response")
        if overrides.get("conversation") == "none" or "text" in overrides.get("output_modalities", ()):
            self._complain("response.create: this simulator only speaks, and in one conversation")
        if self.active is not None:
            raise Refused(
                "conversation_already_has_active_response",
                f"Conversation already has an active response in progress: {self.active}. Wait until the "
                "response is finished before creating a new one.",
            )
        self.creates += 1
        return [Create(overrides)]

    def _response_cancel(self, event: Json) -> Iterable[Output]:
        if self.active is None or event.get("response_id", self.active) != self.active:
            message = "Cancellation failed: no active response found"
            raise Refused("response_cancel_not_active", message)
        return [Cancel()]

    @property
    def _transcribes(self) -> bool:
        return self.session["audio"]["input"]["transcription"] is not None

    @property
    def _input_format(self) -> str:
        return str(self.session["audio"]["input"]["format"]["type"])


_HANDLERS: dict[str, Callable[[Conversation, Json], Iterable[Output]]] = {
    "session.update": Conversation._update,
    "input_audio_buffer.append": Conversation._append,
    "input_audio_buffer.commit": Conversation._commit,
    "input_audio_buffer.clear": Conversation._clear,
    "conversation.item.create": Conversation._item_create,
    "conversation.item.retrieve": Conversation._item_retrieve,
    "conversation.item.delete": Conversation._item_delete,
    "conversation.item.truncate": Conversation._item_truncate,
    "response.create": Conversation._response_create,
    "response.cancel": Conversation._response_cancel,
}


def _loaded(output: str) -> Any:
    try:
        return json.loads(output)
    except ValueError:
        return output
