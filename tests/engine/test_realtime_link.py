import json
from functools import partial

import pytest
import trio
from attrs import define, evolve, field

from engine.errors import LinkClosed, ModelFault
from engine.model import Capabilities, Session, SessionInfo
from engine.peers.realtime_link import RealtimeLink
from engine.settings import DEFAULTS
from tests.engine.test_websocket import accept, linked


@define
class Script:
    """A link whose peer has said all its lines beforehand; then it is closed."""

    lines: list[str | bytes]
    closed: str = "closed with 1006"
    sent: list[dict] = field(factory=list)

    async def receive(self):
        await trio.lowlevel.checkpoint()
        if not self.lines:
            raise LinkClosed(self.closed)
        return self.lines.pop(0)

    async def send(self, message):
        await trio.lowlevel.checkpoint()
        self.sent.append(json.loads(message))


CREATED = json.dumps({"type": "session.created", "session": {}})


def updated(input_format="audio/pcmu", output_format="audio/pcmu"):
    audio = {
        "input": {"format": {"type": input_format}},
        "output": {"format": {"type": output_format}, "voice": "marin"},
    }
    return json.dumps({"type": "session.updated", "session": {"audio": audio}})


def refused(code, *, param=None, event_id="session", message=""):
    error = {"type": "invalid_request_error", "code": code, "message": message}
    return json.dumps({"type": "error", "error": error | {"param": param, "event_id": event_id}})


NO_TRANSCRIPTION = refused("invalid_value", param="session.audio.input.transcription.model")
OPENED = SessionInfo(
    voice="marin",
    input_format="audio/pcmu",
    output_format="audio/pcmu",
    transcription_model="gpt-live-transcribe",
)
MUTE = evolve(OPENED, transcription_model=None, capabilities=Capabilities(transcribes=False))


def session(settings=DEFAULTS, keywords=()):
    return Session(
        instructions="Be kind.",
        tools=(),
        language="en",
        voice=settings.voice,
        max_output_tokens=settings.max_output_tokens,
        transcription_model=settings.transcription_model,
        keywords=keywords,
        noise_reduction=settings.noise_reduction,
    )


async def opened(*lines, settings=DEFAULTS, closed="closed with 1006", keywords=()):
    """The link after `configure`, and what it returned."""
    link = Script(list(lines), closed)
    return link, await RealtimeLink(link).configure(session(settings, keywords))


def transcriptions(link):
    return [sent["session"]["audio"]["input"].get("transcription") for sent in link.sent]


async def test_a_session_is_opened_with_the_settings_asked_for():
    link, result = await opened(CREATED, '{"type": "rate_limits.updated"}', updated())
    assert result == OPENED
    assert [sent["session"]["instructions"] for sent in link.sent] == ["Be kind."]
    assert transcriptions(link) == [{"model": "gpt-live-transcribe", "languages": ["en"]}]


async def test_nothing_is_sent_before_the_session_is_created():
    link = Script([])
    with pytest.raises(ModelFault):
        await RealtimeLink(link).configure(session())
    assert link.sent == []


NAMELESS = json.dumps({"type": "error", "error": {"message": "no transcription here", "event_id": "session"}})


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        (NO_TRANSCRIPTION, "invalid_value"),
        (refused("unknown_parameter", message="no transcription here"), "unknown_parameter"),
        (NAMELESS, "no code"),
    ],
)
async def test_a_server_without_transcription_is_asked_again_without_it_and_its_code_is_kept(refusal, code):
    link, result = await opened(CREATED, refusal, updated())
    assert result == evolve(MUTE, transcription_refused=code)
    assert transcriptions(link) == [{"model": "gpt-live-transcribe", "languages": ["en"]}, None]


LISTED = {"model": "gpt-live-transcribe", "languages": ["en"], "keywords": ["Dana"]}
NO_KEYWORDS = refused("unknown_parameter", param="session.audio.input.transcription.keywords")


async def test_a_server_that_takes_no_keywords_is_asked_again_without_them_and_still_transcribes():
    link, result = await opened(CREATED, NO_KEYWORDS, updated(), keywords=("Dana",))
    assert result == OPENED
    assert transcriptions(link) == [LISTED, {"model": "gpt-live-transcribe", "languages": ["en"]}]


async def test_a_server_without_transcription_is_asked_without_keywords_first():
    link, result = await opened(CREATED, NO_TRANSCRIPTION, NO_TRANSCRIPTION, updated(), keywords=("Dana",))
    assert result == evolve(MUTE, transcription_refused="invalid_value")
    assert transcriptions(link) == [LISTED, {"model": "gpt-live-transcribe", "languages": ["en"]}, None]


ANONYMOUS = refused("invalid_value", param="session.tools", event_id=None)
EVENTS = {
    "another's error": refused("oops", event_id="other"),
    "bytes": b"\x00",
    "no error": '{"type": "error"}',
}


@pytest.mark.parametrize("passed_over", EVENTS.values(), ids=EVENTS)
async def test_what_is_not_about_our_session_does_not_end_it(passed_over):
    _, result = await opened(passed_over, CREATED, passed_over, passed_over, updated())
    assert result == OPENED


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([refused("invalid_api_key", event_id=None)], "session refused: invalid_api_key"),
        ([CREATED, refused("unknown_parameter")], "session refused: unknown_parameter"),
        ([CREATED, ANONYMOUS], "session refused: invalid_value"),
        ([refused("invalid_model", event_id=None)], "no session: invalid_model"),
        ([CREATED, refused("invalid_value", event_id="other")], "no session: invalid_value"),
        ([CREATED, NO_TRANSCRIPTION, NO_TRANSCRIPTION], "session refused: invalid_value"),
        ([CREATED, NO_TRANSCRIPTION], "no session: invalid_value"),
        ([], "no session: closed with 1006"),
        ([CREATED], "no session: closed with 1006"),
        ([CREATED, '{"type": "session.updated"}'], "malformed message, session: must be an object"),
        ([CREATED, b"\x00"], "no session: closed with 1006"),
    ],
)
async def test_a_session_that_is_not_as_asked_for_is_a_fault(lines, reason):
    with pytest.raises(ModelFault, match=reason):
        await opened(*lines)


async def test_a_session_without_transcription_says_so():
    _, result = await opened(CREATED, updated(), settings=evolve(DEFAULTS, transcription_model=None))
    assert result == MUTE


async def test_a_refusal_that_names_transcription_when_none_was_asked_for_is_a_fault():
    with pytest.raises(ModelFault, match="session refused: invalid_value"):
        await opened(CREATED, NO_TRANSCRIPTION, updated(), settings=DEFAULTS.without_transcription())


async def test_a_bad_key_is_told_by_its_code():
    async def refuse(websocket):
        await websocket.send_message(refused("invalid_api_key", event_id=None))
        await websocket.aclose(3000, "invalid_request_error.invalid_api_key")

    async with linked(partial(accept, behave=refuse)) as link:
        with pytest.raises(ModelFault, match=r"^session refused: invalid_api_key$"):
            await RealtimeLink(link).configure(session())
