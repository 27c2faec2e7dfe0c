"""The model on TCP: a Realtime server on the loopback, one session per connection."""

import socket
from collections.abc import Callable, Mapping
from urllib.parse import parse_qs, urlsplit

import trio
from attrs import define, field

from simulator.model import Model
from simulator.model_script import BAD_KEY, ModelScript, Rejection
from simulator.timeline import Observer
from simulator.transport import TransportClosed
from simulator.websocket import RECEIVE_BUFFER_BYTES, wrap_server_stream

PATH = "/v1/realtime"


@define
class ModelServer:
    """A running server: where it listens, and its sessions in the order they were opened."""

    url: str  # ws://127.0.0.1:PORT/v1/realtime
    models: list[Model] = field(factory=list, init=False)

    @property
    def violations(self) -> list[str]:
        """What the clients of all sessions did wrong."""
        return [problem for model in self.models for problem in model.violations]


async def serve_model(
    script: ModelScript | Callable[[], ModelScript],
    *,
    key: str | None = None,
    port: int = 0,
    on_event: Observer | None = None,
    task_status: trio.TaskStatus[ModelServer] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serve until cancelled: `server = await nursery.start(serve_model, script)`.

    Every connection gets `script`, or a new one if it is a function. If `key` is given, any other key is
    refused as the real server does it: after the handshake, by an error and close code 3000.
    """
    listener = await _listen(port)
    server = ModelServer(f"ws://127.0.0.1:{listener.socket.getsockname()[1]}{PATH}")

    async def session(stream: trio.SocketStream) -> None:
        async with stream:
            try:
                async with trio.open_nursery() as nursery:
                    transport = await wrap_server_stream(nursery, stream)
                    model = Model(
                        transport,
                        script if isinstance(script, ModelScript) else script(),
                        on_event,
                        rejection=rejected(transport.path, transport.headers, key),
                    )
                    server.models.append(model)
                    await model.run()
                    nursery.cancel_scope.cancel()
            except* TransportClosed:
                pass  # a client that did not finish its handshake

    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.serve_listeners, session, [listener])
        task_status.started(server)


async def _listen(port: int) -> trio.SocketListener:
    listening = trio.socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Inherited by every accepted socket: a session that stops reading is felt after kilobytes.
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
    await listening.bind(("127.0.0.1", port))
    listening.listen(16)
    return trio.SocketListener(listening)


def rejected(path: str, headers: Mapping[str, str], key: str | None) -> Rejection | None:
    """Return what the real server would have against this handshake, said after 101; None if nothing."""
    if "openai-beta" in headers:
        words = "The Realtime Beta API is no longer supported."
        return Rejection("beta_api_shape_disabled", words, 4000)
    scheme, _, bearer = headers.get("authorization", "").partition(" ")
    given = bearer if scheme == "Bearer" else headers.get("api-key", "")
    if not given or key not in (None, given):
        return BAD_KEY
    if not parse_qs(urlsplit(path).query).get("model"):
        return Rejection("missing_model", "You must provide a model parameter.", 4000)
    return None
