"""One response of the model over time: the events of a reply, in the order captured from the real server.

    response.created
    response.output_item.added  conversation.item.added  response.content_part.added
    response.output_audio_transcript.delta (running ahead) / response.output_audio.delta ...
    response.output_audio.done  response.output_audio_transcript.done  response.content_part.done
    conversation.item.done  response.output_item.done  response.done  rate_limits.updated

A function call begins (added, argument deltas) before the spoken message in front of it is done. Pure:
`steps` says what is due when, `cut` ends it early.
"""

import base64
import json
from collections.abc import Callable, Iterator, Mapping

from attrs import define, field

from simulator.events import usage
from simulator.items import Item
from simulator.model_script import Call, Fail, Reply, SessionMemory, Speech
from simulator.schema import Json

NewId = Callable[[str], str]
Add = Callable[[Item], str | None]  # puts an item into the conversation; the id of the one before it
# A number: nothing more before so many milliseconds since `response.create`. A list: the events due now.
Step = float | list[Json]

_ARGUMENTS_PER_DELTA = 12


@define(kw_only=True)
class Generation:
    """One response. Its items enter the conversation when the events that announce them are made."""

    reply: Reply
    new_id: NewId
    add: Add
    session: Json
    memory: SessionMemory
    response_id: str = field(init=False)
    status: str = field(default="in_progress", init=False)
    status_details: Json | None = field(default=None, init=False)
    items: list[Item] = field(factory=list, init=False)
    sent: dict[str, bytearray] = field(factory=dict, init=False)  # audio by item
    _previous: dict[str, str | None] = field(factory=dict, init=False)
    _said: dict[str, str] = field(factory=dict, init=False)  # transcript sent so far, by item
    _whole: set[str] = field(factory=set, init=False)  # the function calls whose arguments have all come

    def __attrs_post_init__(self) -> None:
        self.response_id = self.new_id("resp")

    def created(self) -> list[Json]:
        """Return the first event."""
        return [{"type": "response.created", "response": self._response()}]

    def steps(self) -> Iterator[Step]:
        """Give everything after `response.created`, up to `rate_limits.updated`.

        Taking a list from the iterator is sending it: what was sent is counted at that moment.
        """
        at_ms = float(self.reply.first_delta_ms)
        calls = self.reply.calls
        speeches = self.reply.speeches
        yield at_ms
        for speech in speeches:
            item = self._new_message("commentary" if calls else "final_answer")
            yield self._announce(item, [self._part("response.content_part.added", item, "")])
            yield from self._speak(item, speech, at_ms)
            at_ms += len(speech.audio) / 8 / self.reply.pace
            if speech is not speeches[-1]:
                yield self._end_message(item)
        for call in calls:
            item, arguments = self._new_call(call)
            half = len(arguments) // 2
            yield self._announce(item, self._argument_deltas(item, arguments[:half]))
            at_ms += self.reply.call_ms
            yield at_ms
            if not call.cut_off:
                yield self._argument_deltas(item, arguments[half:])
                self._whole.add(item.id)
        yield self._last_events()

    def cut(self, reason: str = "client_cancelled") -> list[Json]:
        """End it now as cancelled: the open parts are done, their items incomplete."""
        self.status = "cancelled"
        self.status_details = {"type": "cancelled", "reason": reason}
        self._whole.clear()
        return self._close_open_items("incomplete") + self._done()

    def failure(self, fault: Fail) -> Iterator[Step]:
        """Give, instead of `steps`, nothing but a failed `response.done`."""
        yield float(fault.after_ms)
        self._fail(fault)
        yield self._done()

    def _fail(self, fault: Fail) -> None:
        self.status = "failed"
        message = fault.message or f"The request failed: {fault.code}."
        error = {"type": "server_error", "code": fault.code, "message": message}
        self.status_details = {"type": "failed", "error": error}

    def _last_events(self) -> list[Json]:
        incomplete = self.reply.incomplete
        self.status = "incomplete" if incomplete else "completed"
        self.status_details = {"type": "incomplete", "reason": incomplete} if incomplete else None
        if self.reply.failed:
            self._fail(Fail(self.reply.failed))
        closed = "completed" if self.status == "completed" else "incomplete"
        return self._close_open_items(closed) + self._done()

    def _done(self) -> list[Json]:
        limits = [{"name": "tokens", "limit": 40_000, "remaining": 39_000, "reset_seconds": 1.5}]
        return [
            {"type": "response.done", "response": self._response()},
            {"type": "rate_limits.updated", "rate_limits": limits},
        ]

    def _response(self) -> Json:
        output = self.session["audio"]["output"]
        done = self.status != "in_progress"
        return {
            "object": "realtime.response",
            "id": self.response_id,
            "status": self.status,
            "status_details": self.status_details,
            "output": [item.json() for item in self.items],
            "conversation_id": "conv_0001",
            "output_modalities": self.session["output_modalities"],
            "max_output_tokens": self.session["max_output_tokens"],
            "audio": {"output": {"format": output["format"], "voice": output["voice"]}},
            "usage": usage(self.sent.values(), self._said.values()) if done else None,
            "metadata": None,
        }

    # -- messages --

    def _new_message(self, phase: str) -> Item:
        item = Item(self.new_id("item"), "message", "in_progress", role="assistant", phase=phase)
        self.sent[item.id], self._said[item.id] = bytearray(), ""
        return self._entered(item)

    def _speak(self, item: Item, speech: Speech, begins_ms: float) -> Iterator[Step]:
        size = self.reply.delta_ms * 8
        chunks = [speech.audio[at : at + size] for at in range(0, len(speech.audio), size)] or [b""]
        words = speech.text.split(" ")
        for index, chunk in enumerate(chunks):
            yield begins_ms + index * self.reply.delta_ms / self.reply.pace
            share = (index + 1) * self.reply.text_lead / len(chunks)
            last = index == len(chunks) - 1
            text = speech.text if last else " ".join(words[: round(share * len(words))])
            yield [*self._text(item, text), *self._sound(item, chunk)]

    def _text(self, item: Item, text: str) -> list[Json]:
        delta = text[len(self._said[item.id]) :]
        if not delta:
            return []
        self._said[item.id] = text
        event = self._content("response.output_audio_transcript.delta", item)
        return [event | {"delta": delta, "obfuscation": "x" * (16 - len(delta) % 16)}]

    def _sound(self, item: Item, chunk: bytes) -> list[Json]:
        if not chunk:
            return []
        self.sent[item.id] += chunk
        item.audio += chunk
        event = self._content("response.output_audio.delta", item)
        return [event | {"delta": base64.b64encode(chunk).decode()}]

    def _end_message(self, item: Item, status: str = "completed") -> list[Json]:
        item.status = status
        said = self._said[item.id]
        item.content = [{"type": "output_audio", "transcript": said}]
        return [
            self._content("response.output_audio.done", item),
            self._content("response.output_audio_transcript.done", item) | {"transcript": said},
            self._part("response.content_part.done", item, said),
            *self._item_done(item),
        ]

    def _part(self, kind: str, item: Item, transcript: str) -> Json:
        # Parts have short type names, items long ones (`output_audio`).
        return self._content(kind, item) | {"part": {"type": "audio", "transcript": transcript}}

    def _content(self, kind: str, item: Item) -> Json:
        return {"type": kind, **self._place(item), "content_index": 0}

    # -- function calls --

    def _new_call(self, call: Call) -> tuple[Item, str]:
        arguments = call.arguments(self.memory) if callable(call.arguments) else call.arguments
        text = arguments if isinstance(arguments, str) else json.dumps(arguments)
        item = Item(self.new_id("item"), "function_call", "in_progress", name=call.name)
        item.call_id = call.id or self.new_id("call")
        self._said[item.id] = ""
        return self._entered(item), text

    def _argument_deltas(self, item: Item, text: str) -> list[Json]:
        self._said[item.id] += text
        pieces = [text[at : at + _ARGUMENTS_PER_DELTA] for at in range(0, len(text), _ARGUMENTS_PER_DELTA)]
        event = self._call_event("response.function_call_arguments.delta", item)
        return [event | {"delta": piece, "obfuscation": "x" * 7} for piece in pieces]

    def _end_call(self, item: Item, status: str) -> list[Json]:
        item.status = status
        item.arguments = self._said[item.id]
        done = {"name": item.name, "arguments": item.arguments}
        return [
            self._call_event("response.function_call_arguments.done", item) | done,
            *self._item_done(item),
        ]

    def _call_event(self, kind: str, item: Item) -> Json:
        return {"type": kind, **self._place(item), "call_id": item.call_id}

    # -- items of either kind --

    def _entered(self, item: Item) -> Item:
        self.items.append(item)
        self._previous[item.id] = self.add(item)
        return item

    def _announce(self, item: Item, more: list[Json]) -> list[Json]:
        return [
            self._output_item("response.output_item.added", item),
            self._conversation_item("conversation.item.added", item),
            *more,
        ]

    def _item_done(self, item: Item) -> list[Json]:
        return [
            self._conversation_item("conversation.item.done", item),
            self._output_item("response.output_item.done", item),
        ]

    def _close_open_items(self, messages: str) -> list[Json]:
        events: list[Json] = []
        for item in self.items:
            if item.status == "in_progress":
                call = "completed" if item.id in self._whole else "incomplete"
                ends_message = item.kind == "message"
                events += self._end_message(item, messages) if ends_message else self._end_call(item, call)
        return events

    def _output_item(self, kind: str, item: Item) -> Json:
        place: Mapping[str, object] = {
            "response_id": self.response_id,
            "output_index": self.items.index(item),
        }
        return {"type": kind, **place, "item": item.json()}

    def _conversation_item(self, kind: str, item: Item) -> Json:
        return {"type": kind, "previous_item_id": self._previous[item.id], "item": item.json()}

    def _place(self, item: Item) -> Json:
        return {
            "response_id": self.response_id,
            "item_id": item.id,
            "output_index": self.items.index(item),
        }
