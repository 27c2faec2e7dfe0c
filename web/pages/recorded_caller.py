"""A caller for those who have no microphone, or nothing to say: the one of the demo, who books a check-up."""

from functools import cache

import trio
from quart import Response

from rehearsal import scenario, wav
from storage.errors import NotFound
from web.pages.routes import get
from web.pages.visit import Visit


async def send(_visit: Visit) -> Response:
    """Send what they say as a WAV file; 404 where there is no synthesiser to say it.

    It is made once, which takes a second.
    """
    recording = await trio.to_thread.run_sync(_recording)
    if recording is None:
        raise NotFound("recorded caller", "")
    return Response(recording, content_type="audio/wav")


@cache
def _recording() -> bytes | None:
    voices = scenario.record_voices()
    return wav.write(scenario.caller_recording(voices)) if voices.spoken else None


ROUTES = (get("/telephone/caller.wav", send),)
