"""Whole calls from the page of the telephone on the real server. What is heard is what its player plays."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from statistics import median
from time import monotonic

import numpy as np
import pytest
from attrs import frozen
from playwright.sync_api import Browser, Page

from engine.settings import DEFAULTS
from engine.vad import DetectorMissing, open_detector
from simulator import mulaw
from simulator.caller import Say, UntilBotQuiet, UntilBotSpeaks, UntilClosed
from simulator.model_script import ModelScript, Reply
from simulator.speech import speak
from simulator.tones import murmur
from tests.booking import MONDAY
from tests.browser.beside import Beside, beside
from tests.browser.conftest import CHROMIUM
from tests.browser.phone.conftest import MICROPHONE_HZ, wav
from tests.browser.phone.real_desk import PAGES_ID, TWILIOS_ID, RealDesk, open_real_desk
from web import scenario

_TWILIOS_SID = "CA" + "7" * 32
_WHOLE_CALL_MS = 75_000
_MONDAY = dt.date.fromisoformat(MONDAY)

# Into the microphone: silence, and then the same words over every answer of the bot.
_INTERRUPTS = "As early as you can, please."
_INTERRUPTIONS, _FIRST_MS, _EVERY_MS = 5, 3_000, 3_200
_INTERRUPTED = [Reply(f"Answer {n}.", murmur(10_000, pitch=150 + 10 * n)) for n in range(_INTERRUPTIONS + 1)]
_LOUD = 300  # as in phone-call.js
_GAP_FRAMES = 5  # that part one answer from the next; a stutter of the machine is shorter

# Notes, on the page's own clock, what passes between its scripts and its socket and player.
_LISTEN_IN = """
window.noted = { clicks: 0, callSid: null, spoken: [], clears_ms: [], played: [] };
addEventListener("click", ({ isTrusted }) => { noted.clicks += isTrusted; }, true);
const obeys = {
  start: ({ start }) => { noted.callSid = start.callSid; },
  media: ({ media }) => noted.spoken.push([performance.now(), atob(media.payload)]),
};
window.WebSocket = class extends WebSocket {
  constructor(url) {
    super(url);
    this.addEventListener("message", ({ data }) => {
      if (JSON.parse(data).event === "clear") noted.clears_ms.push(performance.now());
    });
  }
  send(text) {
    const message = JSON.parse(text);
    obeys[message.event]?.(message);
    super.send(text);
  }
};
window.AudioWorkletNode = class extends AudioWorkletNode {
  constructor(context, name, options) {
    super(context, name, options);
    if (name !== "phone-player") return;
    this.port.addEventListener("message", ({ data: { played } }) => {
      if (played) noted.played.push([performance.now(), String.fromCharCode(...played)]);
    });
  }
};
"""
_HEARD = r"() => noted.played.some(([, codes]) => /[^\x7f\xff]/.test(codes))"


@frozen
class Frame:
    """A message of 20 ms between the page and its audio, and when it came, by the page's clock."""

    at_ms: float
    audio: bytes


@frozen(kw_only=True)
class Noted:
    """All that the page has noted of its call."""

    clicks: int
    call_sid: str
    spoken: tuple[Frame, ...]
    clears_ms: tuple[float, ...]
    played: tuple[Frame, ...]

    @property
    def answers(self) -> list[bytes]:
        """What was played, parted where nothing was."""
        found, quiet = [b""], 0
        for frame in self.played:
            quiet = 0 if frame.audio else quiet + 1
            if quiet == _GAP_FRAMES and found[-1]:
                found.append(b"")
            found[-1] += frame.audio
        return [answer for answer in found if answer]

    @property
    def onsets_ms(self) -> list[float]:
        """When each stretch of sound came out of the microphone."""
        loud_ms = np.array([frame.at_ms for frame in self.spoken if _is_loud(frame.audio)])
        return loud_ms[np.diff(loud_ms, prepend=-np.inf) > _EVERY_MS / 3].tolist()

    def silent_ms(self, since_ms: float) -> float:
        """When the first 20 ms in which nothing was played were over."""
        return next(frame.at_ms for frame in self.played if frame.at_ms >= since_ms and not frame.audio)


def _is_loud(audio: bytes) -> bool:
    return max(map(abs, mulaw.decode(audio))) > _LOUD


@frozen
class Telephone:
    """The page of the telephone."""

    page: Page
    beside: Beside

    @property
    def desk(self) -> RealDesk:
        """The server that it rings. Its tasks run in another thread."""
        return self.beside.opened

    def call(self, script: ModelScript) -> None:
        """Press Call."""
        self.desk.script_of_next(script)
        self.page.click("#call")

    def noted(self) -> Noted:
        """What it has noted until now."""
        told = self.page.evaluate("noted")

        def frames(name: str) -> tuple[Frame, ...]:
            return tuple(Frame(at_ms, audio.encode("latin-1")) for at_ms, audio in told[name])

        return Noted(
            clicks=told["clicks"],
            call_sid=told["callSid"],
            spoken=frames("spoken"),
            clears_ms=tuple(told["clears_ms"]),
            played=frames("played"),
        )

    def outcome(self) -> str:
        """How its call ended, once the record is written."""
        call_sid = self.page.evaluate("noted.callSid")
        return self.beside.run(self.desk.until, partial(self.desk.outcome, call_sid))


@pytest.fixture(scope="module")
def voices() -> scenario.Voices:
    """What the demo's caller and model say."""
    recorded = scenario.record_voices()
    if not recorded.spoken:
        pytest.skip("no speech synthesiser is installed: pip install 'frontdesk[speech]'")
    return recorded


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Iterator[Beside]:
    """The real server, which listens for voices if it can."""
    try:
        open_detector(DEFAULTS)
        detector = "neural"
    except DetectorMissing:
        detector = "level"
    with beside(open_real_desk(tmp_path_factory.mktemp("desk"), detector)) as opened:
        yield opened


@pytest.fixture(scope="module")
def talker(chromium: Browser, voices, tmp_path_factory) -> Iterator[Browser]:
    """A Chromium whose microphone hears an interruption every few seconds. It plays nothing unasked."""
    said = np.array(mulaw.decode(speak(_INTERRUPTS, voice="en-gb"))) / 32768
    step = MICROPHONE_HZ // 8_000
    smooth = np.interp(np.arange(len(said) * step) / step, np.arange(len(said)), said)
    sound = np.zeros((_FIRST_MS + _INTERRUPTIONS * _EVERY_MS) * MICROPHONE_HZ // 1000)
    for n in range(_INTERRUPTIONS):
        at = (_FIRST_MS + n * _EVERY_MS) * MICROPHONE_HZ // 1000
        sound[at : at + len(smooth)] = smooth
    path = wav(tmp_path_factory.mktemp("microphone") / "interrupts.wav", sound, MICROPHONE_HZ)
    flags = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    flags += ["--use-fake-device-for-media-stream", f"--use-file-for-fake-audio-capture={path}%noloop"]
    browser = chromium.browser_type.launch(executable_path=str(CHROMIUM), args=flags)
    yield browser
    browser.close()


@contextmanager
def opened(browser: Browser, desk: Beside) -> Iterator[Telephone]:
    """The page, in a browser of the owner that may use the microphone. Nothing goes wrong in it."""
    complaints: list[str] = []
    context = browser.new_context(permissions=["microphone"], base_url=desk.opened.url)
    context.add_init_script(_LISTEN_IN)
    context.add_cookies(
        [{"name": "frontdesk_session", "value": desk.opened.session, "url": desk.opened.url}]
    )
    page = context.new_page()
    page.on("console", lambda said: said.type == "error" and complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"/b/{PAGES_ID}/telephone?raw=1")
    yield Telephone(page, desk)
    context.close()
    assert complaints == []


@pytest.fixture
def telephone(talker, desk) -> Iterator[Telephone]:
    """The page, not yet in a call."""
    with opened(talker, desk) as ready:
        yield ready


@pytest.fixture(scope="module")
def recorded_call(talker, desk, voices) -> Iterator[Telephone]:
    """The page after a whole call of the recorded caller, who has rung by Twilio at the same time."""
    texts = scenario.model_script(voices, _MONDAY).hears
    answered = [UntilBotSpeaks(100), UntilBotQuiet(700)]
    steps = [step for text in texts for step in (*answered, Say(text, voices.audio[text]))]
    with opened(talker, desk) as telephone:
        telephone.page.click("text=Make it hard")
        telephone.page.check("text=A recorded caller")
        telephone.call(scenario.model_script(voices, _MONDAY))
        telephone.page.wait_for_function(_HEARD)
        ring = partial(telephone.desk.ring, _TWILIOS_SID, [*steps, UntilClosed()])
        desk.run(ring, scenario.model_script(voices, _MONDAY))
        telephone.page.get_by_text("The call has ended.").wait_for(timeout=_WHOLE_CALL_MS)
        telephone.outcome()
        desk.run(telephone.desk.until, partial(telephone.desk.outcome, _TWILIOS_SID))
        yield telephone


def test_the_greeting_is_heard_after_two_clicks(telephone):
    telephone.call(ModelScript(replies=_INTERRUPTED[:1]))
    began_s = monotonic()
    telephone.page.wait_for_function(_HEARD)
    print("greeting after", monotonic() - began_s)
    # One is on Call. The browser asks for the other, which lets the page use the microphone; these tests
    # have given that permission beforehand.
    assert telephone.noted().clicks + 1 == 2


def test_a_recorded_caller_books_in_a_test_call_that_stands_among_the_calls_and_not_in_the_calendar(
    recorded_call, talker, voices
):
    noted = recorded_call.noted()
    _, events = recorded_call.desk, recorded_call.desk.events(PAGES_ID, noted.call_sid)
    said = [event.fields["text"] for event in events if event.kind in ("user_said", "bot_said")]
    print([(e.at_ms, e.kind, e.fields) for e in events if e.kind in ("user_said", "bot_said")])
    assert recorded_call.outcome() == "completed"
    page = recorded_call.page.context.new_page()
    page.goto(f"/b/{PAGES_ID}/calls")
    row = page.locator(f"li:has(a[href$='{noted.call_sid}'])")
    assert row.locator(".tag").all_inner_texts() == ["test call"]
    row.get_by_role("link").click()
    told = page.locator("li.caller bdi, li.bot bdi")
    print(told.all_inner_texts(), said)
    days = {}
    for business_id in (PAGES_ID, TWILIOS_ID):
        page.goto(f"/b/{business_id}/appointments?on={MONDAY}&view=day")
        days[business_id] = page.inner_text(".calendar-day")
    print(days)
    page.close()


def test_what_the_page_played_is_what_the_account_says_was_heard(recorded_call, voices):
    noted = recorded_call.noted()
    events = recorded_call.desk.events(PAGES_ID, noted.call_sid)
    said = [event.fields for event in events if event.kind == "bot_said"]
    for answer, fields in zip(noted.answers, said, strict=True):
        print(len(answer) / 8, fields["heard_ms"], fields["audio_ms"], answer == voices.audio[fields["text"]])


def test_the_same_caller_comes_to_the_same_turns_and_rows_by_twilio(recorded_call):
    desk = recorded_call.desk
    ours, theirs = desk.left(PAGES_ID, recorded_call.noted().call_sid), desk.left(TWILIOS_ID, _TWILIOS_SID)
    print(ours)
    assert ours == theirs
    assert desk.violations == []


def test_interrupt(telephone):
    telephone.call(ModelScript(replies=_INTERRUPTED))
    telephone.page.wait_for_function(f"() => noted.clears_ms.length >= {_INTERRUPTIONS}")
    telephone.page.wait_for_function("() => noted.played.at(-1)[1] === ''")
    telephone.page.click("#call")
    print(telephone.outcome())
    noted = telephone.noted()
    events = telephone.desk.events(PAGES_ID, noted.call_sid)
    for e in events: print(e.at_ms, e.kind, e.fields)
    print("onsets", noted.onsets_ms, "clears", noted.clears_ms)
    print("silence after clear", [noted.silent_ms(at) - at for at in noted.clears_ms])
    print("silence after onset", [noted.silent_ms(c) - at for at, c in zip(noted.onsets_ms, noted.clears_ms)])
    print([len(a) / 8 for a in noted.answers], [e.fields["heard_ms"] for e in events if e.kind == "bot_said"])
    print([r.audio.startswith(a) for r, a in zip(_INTERRUPTED, noted.answers)])


def test_a_page_that_is_closed_in_mid_call_ends_the_call_within_two_seconds(telephone):
    telephone.call(ModelScript(replies=_INTERRUPTED[:1]))
    telephone.page.wait_for_function(_HEARD)
    call_sid = telephone.noted().call_sid
    began_s = monotonic()
    telephone.page.close()
    ended = telephone.beside.run(telephone.desk.until, partial(telephone.desk.outcome, call_sid))
    print(ended, monotonic() - began_s)
    assert monotonic() - began_s < 2
