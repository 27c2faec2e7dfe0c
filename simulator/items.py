"""The items of a Realtime conversation, in order, and what a client may do to each."""

from collections.abc import Callable, Iterator
from typing import Any

from attrs import define, field

from simulator.schema import Json, Refused

_BYTES_PER_MS = 8  # mu-law, the only output that the simulator makes
_TEXT_PART = {"user": "input_text", "system": "input_text", "assistant": "output_text"}


@define
class Item:
    """One message, function call or output. `audio` is what was sent of an assistant's message."""

    id: str
    kind: str
    status: str = "completed"
    role: str = ""
    content: list[Json] = field(factory=list)
    call_id: str = ""
    name: str = ""
    arguments: str = ""
    output: str = ""
    audio: bytearray = field(factory=bytearray)
    phase: str | None = None
    answered: bool = False

    def json(self) -> Json:
        """Return the item as events carry it: without its audio."""
        base: Json = {"id": self.id, "object": "realtime.item", "type": self.kind, "status": self.status}
        match self.kind:
            case "message":
                extra: Json = {"role": self.role, "content": [dict(part) for part in self.content]}
                return base | extra | ({"phase": self.phase} if self.phase else {})
            case "function_call":
                return base | {"call_id": self.call_id, "name": self.name, "arguments": self.arguments}
            case _:
                return base | {"call_id": self.call_id, "output": self.output}


@define
class Items:
    """The conversation's items. Every refusal is the `error` a real server sends."""

    _items: dict[str, Item] = field(factory=dict, init=False)
    _order: list[str] = field(factory=list, init=False)

    def __iter__(self) -> Iterator[Item]:
        return (self._items[item_id] for item_id in self._order)

    @property
    def have_assistant_audio(self) -> bool:
        """Whether the bot has been given a voice: it cannot be changed any more."""
        return any(item.role == "assistant" and item.audio for item in self)

    @property
    def unanswered(self) -> tuple[str, ...]:
        """The call ids of completed function calls that have no output."""
        return tuple(
            item.call_id
            for item in self
            if item.kind == "function_call" and item.status == "completed" and not item.answered
        )

    def add(self, item: Item, after: str | None = None) -> str | None:
        """Put an item behind `after` ("root": in front), by default last; the id of the one before it."""
        if item.id in self._items:
            message = f"Error adding item: an item with id '{item.id}' already exists."
            raise Refused("item_create_duplicate_item_id", message, "item.id")
        if after is None:
            index = len(self._order)
        elif after == "root":
            index = 0
        else:
            self.get(after, "item_create_invalid_previous_item_id")
            index = self._order.index(after) + 1
        self._items[item.id] = item
        self._order.insert(index, item.id)
        return self._order[index - 1] if index else None

    def get(self, item_id: Any, code: str) -> Item:
        """Return the item. Raises Refused with this code if there is none."""
        if not isinstance(item_id, str) or item_id not in self._items:
            raise Refused(code, f"Item with item_id '{item_id}' does not exist.", "item_id")
        return self._items[item_id]

    def remove(self, item: Item) -> None:
        """Forget an item."""
        del self._items[item.id]
        self._order.remove(item.id)

    def from_client(self, fields: Any, new_id: Callable[[], str]) -> Item:
        """Make the item of a `conversation.item.create`.

        Raises Refused; assistant audio cannot be made by a client.
        """
        if not isinstance(fields, dict):
            raise Refused("invalid_type", "Invalid type for 'item': expected an object.", "item")
        match fields.get("type"):
            case "message":
                return _message(fields, new_id)
            case "function_call_output":
                _only(fields, {"call_id", "output"})
                item_id = fields.get("id") or new_id()
                return Item(
                    item_id,
                    "function_call_output",
                    call_id=_string(fields, "call_id"),
                    output=_string(fields, "output"),
                )
            case other:
                raise Refused("invalid_value", f"Invalid value: {other!r}.", "item.type")

    def problems_of_output(self, output: Item) -> list[str]:
        """Say what is wrong with a function_call_output, and mark its call as answered."""
        calls = [item for item in self if item.kind == "function_call" and item.call_id == output.call_id]
        if not calls:
            return [f"function_call_output for unknown call_id {output.call_id!r}"]
        call = next((item for item in calls if not item.answered), calls[0])  # an id may be used again
        problems = []
        if call.answered:
            problems.append(f"second function_call_output for {output.call_id!r}")
        if call.status != "completed":
            problems.append(f"function_call_output for {output.call_id!r}, which is {call.status}")
        call.answered = True
        return problems

    def truncate(self, item: Item, content_index: Any, audio_end_ms: Any) -> int:
        """Cut an assistant's audio to its first `audio_end_ms`; the transcript of the rest is gone."""
        if item.role != "assistant" or not item.audio:
            raise Refused(
                "unsupported_content_type", "Only model output audio messages can be truncated", "item_id"
            )
        if content_index != 0 or type(content_index) is not int:
            message = f"Invalid value: {content_index!r}. Supported values are: 0."
            raise Refused("invalid_value", message, "content_index")
        if type(audio_end_ms) is not int or audio_end_ms < 0:
            message = f"Invalid value: {audio_end_ms!r}. Expected an integer, at least 0."
            raise Refused("invalid_value", message, "audio_end_ms")
        length_ms = len(item.audio) // _BYTES_PER_MS
        if audio_end_ms > length_ms:
            message = f"Audio content of {length_ms}ms is already shorter than {audio_end_ms}ms"
            raise Refused("invalid_value", message, "audio_end_ms")
        del item.audio[audio_end_ms * _BYTES_PER_MS :]
        return audio_end_ms


def _message(fields: Json, new_id: Callable[[], str]) -> Item:
    _only(fields, {"role", "content"})
    role = fields.get("role")
    if role not in _TEXT_PART:
        raise Refused("invalid_value", f"Invalid value: {role!r}.", "item.role")
    content = fields.get("content")
    if not isinstance(content, list) or not content:
        raise Refused("missing_required_parameter", "Missing 'item.content'.", "item.content")
    for index, part in enumerate(content):
        _check_part(part, _TEXT_PART[role], f"item.content[{index}]")
    return Item(fields.get("id") or new_id(), "message", role=role, content=content)


def _check_part(part: Any, wanted: str, path: str) -> None:
    if not isinstance(part, dict) or part.get("type") != wanted:
        kind = part.get("type") if isinstance(part, dict) else part
        message = f"Invalid value: {kind!r}. Supported values are: {wanted!r}."
        raise Refused("invalid_value", message, f"{path}.type")
    if part.keys() != {"type", "text"} or not isinstance(part["text"], str):
        raise Refused("invalid_value", f"Invalid '{path}': expected type and text.", path)


def _only(fields: Json, names: set[str]) -> None:
    for name in sorted(fields.keys() - names - {"type", "id", "object", "status"}):
        raise Refused("unknown_parameter", f"Unknown parameter: 'item.{name}'.", f"item.{name}")


def _string(fields: Json, name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        message = f"Invalid type for 'item.{name}': expected a string."
        raise Refused("invalid_type", message, f"item.{name}")
    return value
