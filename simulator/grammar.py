"""The client events of the Realtime protocol: which there are, and which fields each must and may have."""

import json

from simulator.schema import Json, Refused

# Client events: the fields that each must have, and those it may have beside `type` and `event_id`.
_GRAMMAR: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "session.update": (frozenset({"session"}), frozenset()),
    "input_audio_buffer.append": (frozenset({"audio"}), frozenset()),
    "input_audio_buffer.commit": (frozenset(), frozenset()),
    "input_audio_buffer.clear": (frozenset(), frozenset()),
    "conversation.item.create": (frozenset({"item"}), frozenset({"previous_item_id"})),
    "conversation.item.retrieve": (frozenset({"item_id"}), frozenset()),
    "conversation.item.delete": (frozenset({"item_id"}), frozenset()),
    "conversation.item.truncate": (frozenset({"item_id", "content_index", "audio_end_ms"}), frozenset()),
    "response.create": (frozenset(), frozenset({"response"})),
    "response.cancel": (frozenset(), frozenset({"response_id"})),
}


def parse(message: str | bytes) -> Json:
    """Return the event in a client message, its fields not yet looked at. Raises Refused."""
    if isinstance(message, bytes):
        raise Refused("invalid_event", "Binary frames are not supported.")
    try:
        event = json.loads(message)
    except ValueError:
        raise Refused("invalid_json", "The event is not valid JSON.") from None
    if not isinstance(event, dict):
        raise Refused("invalid_event", "The event is not an object.")
    return event


def check(event: Json) -> None:
    """Raise Refused for an unknown event, and for a missing or unknown field."""
    kind, event_id = event.get("type"), event.get("event_id", "")
    if not isinstance(kind, str) or kind not in _GRAMMAR:
        raise Refused("invalid_value", f"Invalid value: {kind!r}.", "type")
    if not isinstance(event_id, str) or len(event_id) > 512:
        raise Refused("invalid_value", "Invalid 'event_id': a string of at most 512.", "event_id")
    required, optional = _GRAMMAR[kind]
    fields = event.keys() - {"type", "event_id"}
    for name in sorted(required - fields):
        message = f"{kind}: Missing required parameter: '{name}'."
        raise Refused("missing_required_parameter", message, name)
    for name in sorted(fields - required - optional):
        raise Refused("unknown_parameter", f"{kind}: Unknown parameter: '{name}'.", name)


def kind(message: str | bytes) -> str:
    """Return the type of a client message, for the record; never raises."""
    try:
        return str(json.loads(message)["type"])
    except (ValueError, TypeError, KeyError):
        return "not an event"
