"""Whole calls from the page of the telephone on the real server. What is heard is what its player plays."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from statistics import median
from time import monotonic

import numpy as np
import pytest
from playwright.sync_api import Browser

from engine.caller.vad import DetectorMissing, open_detector
from engine.settings import DEFAULTS, FRAME_MS
from rehearsal import scenario
from rehearsal.scenario import Voices
from simulator import mulaw
from simulator.caller import Say, UntilBotQuiet, UntilBotSpeaks, UntilClosed
from simulator.model_script import ModelScript, Reply
from simulator.speech import speak
from simulator.tones import murmur
from tests.booking import MONDAY
from tests.browser.beside import Beside, beside
from tests.browser.conftest import CHROMIUM
from tests.browser.phone.conftest import MICROPHONE_HZ, wav
from tests.browser.phone.real_line import PAGES_ID, TWILIOS_ID, Noted, RealTelephone, open_real_desk

pytestmark = pytest.mark.real_time

_TWILIOS_SID = "CA" + "7" * 32
_WHOLE_CALL_MS = 75_000
_BYTES_PER_MS = 8

# Into the microphone: silence, and then the same words over every answer of the bot.
_INTERRUPTS = "As early as you can."
_INTERRUPTIONS, _FIRST_MS, _EVERY_MS = 5, 2_000, 2_600
_ANSWERS = {f"Answer {n}.": murmur(10_000, pitch=150 + 10 * n) for n in range(_INTERRUPTIONS + 1)}
_TALKATIVE = ModelScript(replies=[Reply(text, audio) for text, audio in _ANSWERS.items()])
_LOUD = 300  # on the 16-bit scale, as for the page
_SILENT_WITHIN_MS, _INTERRUPTED_WITHIN_MS = 100, 600


@pytest.fixture(scope="module")
def voices() -> Voices:
    """What the demo's caller and model say."""
    recorded = scenario.record_voices()
    if not recorded.spoken:
        pytest.skip("no speech synthesiser is installed: pip install 'frontdesk[speech]'")
    return recorded


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Iterator[Beside]:
    """The real server, with the neural detector if it can be loaded."""
    try:
        open_detector(DEFAULTS)
        detector = "neural"
    except DetectorMissing:
        detector = "level"
    with beside(open_real_desk(tmp_path_factory.mktemp("desk"), detector)) as opened:
        yield opened


@pytest.fixture(scope="module")
def talker(chromium: Browser, voices, tmp_path_factory) -> Iterator[Browser]:
    """A Chromium whose microphone hears the interruptions. It plays nothing before a click."""
    said = np.array(mulaw.decode(speak(_INTERRUPTS, voice="en-gb"))) / 32768
    step = MICROPHONE_HZ // 8_000
    smooth = np.interp(np.arange(len(said) * step) / step, np.arange(len(said)), said)
    sound = np.zeros((_FIRST_MS + _INTERRUPTIONS * _EVERY_MS) * MICROPHONE_HZ // 1000)
    for n in range(_INTERRUPTIONS):
        sound[(_FIRST_MS + n * _EVERY_MS) * MICROPHONE_HZ // 1000 :][: len(smooth)] = smooth
    path = wav(tmp_path_factory.mktemp("microphone") / "interrupts.wav", sound, MICROPHONE_HZ)
    flags = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    flags += ["--use-fake-device-for-media-stream", f"--use-file-for-fake-audio-capture={path}%noloop"]
    browser = chromium.browser_type.launch(executable_path=str(CHROMIUM), args=flags)
    yield browser
    browser.close()


@contextmanager
def opened(browser: Browser, desk: Beside) -> Iterator[RealTelephone]:
    """The page, which may use the microphone. Nothing goes wrong in it."""
    complaints: list[str] = []
    with browser.new_context(permissions=["microphone"]) as context:
        page = context.new_page()
        page.on("console", lambda said: said.type == "error" and complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield RealTelephone.opened(page, desk)
    assert complaints == []


@pytest.fixture
def telephone(talker, desk) -> Iterator[RealTelephone]:
    """The page, not yet in a call."""
    with opened(talker, desk) as ready:
        yield ready


@pytest.fixture(scope="module")
def recorded(talker, desk, voices) -> Iterator[tuple[RealTelephone, Noted]]:
    """The page after a whole call of the recorded caller, who has rung by Twilio at the same time."""
    script = scenario.model_script(voices, dt.date.fromisoformat(MONDAY))
    answered = [UntilBotSpeaks(100), UntilBotQuiet(700)]
    steps = [step for text in script.hears for step in (*answered, Say(text, voices.audio[text]))]
    with opened(talker, desk) as telephone:
        telephone.page.click("text=Make it hard")
        telephone.page.check("[value=recorded]")
        telephone.call(script)
        ring = partial(telephone.desk.ring, _TWILIOS_SID, [*steps, UntilClosed()], script)
        desk.token.run_sync_soon(ring)
        telephone.page.get_by_text("The call has ended.").wait_for(timeout=_WHOLE_CALL_MS)
        noted = telephone.noted()
        for call_sid in (noted.call_sid, _TWILIOS_SID):
            telephone.outcome(call_sid)
        yield telephone, noted


@pytest.fixture(scope="module")
def interrupted(talker, desk) -> Iterator[tuple[RealTelephone, Noted]]:
    """The page after a call in which the microphone has interrupted the bot, and then the owner hung up."""
    with opened(talker, desk) as telephone:
        telephone.call(_TALKATIVE)
        telephone.page.wait_for_function("most => noted.clears_ms.length === most", arg=_INTERRUPTIONS)
        telephone.page.wait_for_function("() => noted.played.at(-1)[1] === ''")
        telephone.page.click("#call")
        noted = telephone.noted()
        telephone.outcome(noted.call_sid)
        yield telephone, noted


def test_the_greeting_is_heard_after_two_clicks(telephone):
    telephone.call(_TALKATIVE)
    # One is on Call. The other is the browser's: it asks whether the page may use the microphone, which this
    # browser has been told before.
    assert telephone.noted().clicks + 1 == 2


def test_a_recorded_caller_is_answered_and_books_in_a_test_call_that_no_calendar_shows(recorded, voices):
    telephone, noted = recorded
    script = scenario.model_script(voices, dt.date.fromisoformat(MONDAY))
    greeting, *answers = (reply.text for reply in script.replies if reply.text)
    page = telephone.page.context.new_page()
    page.goto(f"{telephone.desk.url}/b/{PAGES_ID}/calls")
    row = page.locator(f"li:has(a[href$='/calls/{noted.call_sid}'])")
    assert row.locator(".tag").all_inner_texts() == ["test call"]
    row.get_by_role("link").click()
    talk = page.locator("ol.talk li.caller, ol.talk li.bot").locator("bdi[dir=auto]")
    assert talk.all_inner_texts() == [
        greeting,
        *(text for turn in zip(script.hears, answers, strict=True) for text in turn),
    ]
    booked = {}
    for business_id in (PAGES_ID, TWILIOS_ID):  # what the same caller books by Twilio does stand there
        page.goto(f"{telephone.desk.url}/b/{business_id}/appointments?on={MONDAY}&view=day")
        booked[business_id] = [" ".join(text.split()) for text in page.locator(".rows li").all_inner_texts()]
    assert booked == {PAGES_ID: [], TWILIOS_ID: ["09:30\u201310:00 Dana Levi Check-up"]}
    page.close()


def test_the_same_caller_comes_to_the_same_turns_and_rows_by_twilio(recorded):
    desk, noted = recorded[0].desk, recorded[1]
    ours = desk.left(PAGES_ID, noted.call_sid)
    assert ours == desk.left(TWILIOS_ID, _TWILIOS_SID)
    assert [each.notes for each in ours.appointments] == ["Check-up"]
    assert (desk.carriers_violations, desk.model_server.violations) == ([], [])


def test_what_is_heard_by_the_account_was_played(recorded, voices):
    telephone, noted = recorded
    said = telephone.desk.events(PAGES_ID, noted.call_sid, "bot_said")
    for played, event in zip(noted.answers, said, strict=True):
        assert voices.audio[event.fields["text"]].startswith(played)
        # The line is closed when the last mark came back; less than a frame is not told any more.
        assert abs(len(played) / _BYTES_PER_MS - event.fields["heard_ms"]) < FRAME_MS
        assert event.fields["heard_ms"] == event.fields["audio_ms"]


def test_what_is_heard_of_cut_answers_by_the_account_was_played(interrupted):
    telephone, noted = interrupted
    said = telephone.desk.events(PAGES_ID, noted.call_sid, "bot_said")
    audios = list(_ANSWERS.values())[:_INTERRUPTIONS]
    for audio, played, event in zip(audios, noted.answers, said, strict=True):
        assert audio.startswith(played)
        # A frame, and another one because the account counts only whole frames.
        assert abs(len(played) / _BYTES_PER_MS - event.fields["heard_ms"]) < 2 * FRAME_MS


def test_an_interruption_silences_the_page_at_once(interrupted):
    noted = interrupted[1]
    late_ms = np.subtract(noted.silences_ms, noted.clears_ms)
    assert late_ms.max() < _SILENT_WITHIN_MS


def test_an_interruption_silences_the_page_soon_after_its_first_sound(interrupted):
    telephone, noted = interrupted
    # By the page's clock alone, from the first loud frame that left it.
    loud_ms = np.array([frame.at_ms for frame in noted.spoken if _is_loud(frame.audio)])
    onsets_ms = loud_ms[np.diff(loud_ms, prepend=-np.inf) > _EVERY_MS / 3]
    assert median(np.subtract(noted.silences_ms, onsets_ms)) < _INTERRUPTED_WITHIN_MS
    # And by both: the server's clock goes from the onset to the pause, whose `clear` leaves at once; the
    # page's goes on where it came. Neither sees the way between them, on which nothing waits.
    starts, pauses = (
        telephone.desk.events(PAGES_ID, noted.call_sid, kind)
        for kind in ("utterance_started", "barge_in_paused")
    )
    server_ms = [pause.at_ms - start.fields["onset_ms"] for start, pause in zip(starts, pauses, strict=True)]
    page_ms = np.subtract(noted.silences_ms, noted.clears_ms)
    assert median(server_ms + page_ms) < _INTERRUPTED_WITHIN_MS


def test_closing_the_page_in_mid_call_ends_the_call_within_two_seconds(telephone):
    telephone.call(_TALKATIVE)
    call_sid, closed_s = telephone.noted().call_sid, monotonic()
    telephone.page.close()
    assert telephone.outcome(call_sid) == "caller_hung_up"
    assert monotonic() - closed_s < 2


def _is_loud(audio: bytes) -> bool:
    return max(map(abs, mulaw.decode(audio))) > _LOUD
