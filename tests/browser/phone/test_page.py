"""The page of the telephone: what an owner presses, sees and is told."""

import json

import numpy as np
import pytest

from simulator import mulaw
from tests.browser.phone.conftest import wav
from tests.browser.phone.exchange import CALL_SID, WIRE
from tests.simulator.support import rms

_RATE_HZ = 8_000
_TONE = 0.3 * np.sin(2 * np.pi * 440 * np.arange(_RATE_HZ * 2 // 5) / _RATE_HZ)  # 0.4 s
_LOUD = mulaw.encode((_TONE * 32767).astype(int).tolist())


def _state(telephone):
    """What the page says of the call, and what its button would do."""
    return telephone.page.inner_text("#phone [role=status]"), telephone.page.inner_text("#call")


def _until_state(telephone, words):
    telephone.page.get_by_role("status").get_by_text(words).wait_for()


def test_a_call_is_begun_and_ended_with_one_button(telephone):
    assert _state(telephone)[1] == "Call"
    peer = telephone.call()
    assert _state(telephone) == ("You are connected.", "Hang up")
    telephone.page.click("#call")
    telephone.until(lambda: peer.over)
    assert peer.heard[-1].message == json.loads(WIRE.stop(len(peer.heard) - 1))
    _until_state(telephone, "The call has ended.")
    assert _state(telephone) == ("The call has ended. See the call", "Call")
    assert (
        telephone.page.get_attribute("#account", "href")
        == f"/b/{telephone.exchange.business_id}/calls/{CALL_SID}"
    )
    again = telephone.call()
    assert (len(telephone.exchange.peers), again.over) == (2, False)


def test_the_receptionist_can_end_the_call(telephone):
    peer = telephone.call()
    telephone.beside.run(peer.close)
    _until_state(telephone, "The call has ended.")
    assert "stop" not in [each.message["event"] for each in peer.heard]


@pytest.mark.parametrize("leave", ["/more", None])
def test_leaving_the_page_ends_the_call(telephone, leave):
    peer = telephone.call()
    if leave:
        telephone.page.goto(f"{telephone.exchange.url}/b/{telephone.exchange.business_id}{leave}")
    else:
        telephone.page.close(run_before_unload=True)
    telephone.until(lambda: peer.over)
    assert peer.heard[-1].message["event"] == "stop"


def test_a_call_can_be_given_up_while_it_rings(telephone):
    telephone.exchange.answers = False
    telephone.page.click("#call")
    _until_state(telephone, "It rings…")
    telephone.page.click("#call")
    _until_state(telephone, "Your browser will ask whether it may use the microphone.")
    telephone.exchange.answers = True
    telephone.call()
    assert len(telephone.exchange.peers) == 1


def test_a_call_that_cannot_be_placed_says_so(ring_up):
    with ring_up("microphone") as telephone:
        telephone.page.context.clear_cookies()  # signed out meanwhile
        telephone.exchange.business_id += 1
        telephone.page.click("#call")
        _until_state(telephone, "The call could not begin.")
        assert (_state(telephone)[1], telephone.exchange.peers) == ("Call", [])


def test_keys_are_sent_by_mouse_and_keyboard(telephone):
    keys = telephone.page.locator("[data-key]")
    telephone.page.click("text=Keypad")
    assert [key.is_disabled() for key in keys.all()] == [True] * 12
    peer = telephone.call()
    for key in keys.all():
        key.click()
    telephone.page.keyboard.press("Enter")
    telephone.until(lambda: len(peer.of("dtmf")) == 13)
    assert peer.of("dtmf") == [{"track": "inbound_track", "digit": digit} for digit in "123456789*0##"]


def test_a_caller_can_fall_silent_and_speak_again(telephone):
    telephone.page.click("text=Make it hard")
    telephone.page.check("text=Silent caller")
    peer = telephone.call()
    telephone.until(lambda: len(peer.of("media")) >= 50)
    assert set(peer.sound) == {0xFF}
    telephone.page.uncheck("text=Silent caller")
    telephone.until(lambda: rms(peer.sound[-1_600:]) > 1_000)


def test_a_refused_microphone_says_what_to_do(ring_up):
    with ring_up() as telephone:
        telephone.page.click("#call")
        _until_state(telephone, "The browser does not let this page use the microphone.")
        assert (_state(telephone)[1], telephone.exchange.peers) == ("Call", [])
        telephone.page.click("text=Make it hard")
        telephone.page.locator("#callers").wait_for(state="hidden")
        assert telephone.page.locator("#instead").is_hidden()


def test_a_missing_microphone_says_so(ring_up, chromium):
    with ring_up("microphone", browser=chromium) as telephone:
        telephone.page.click("#call")
        _until_state(telephone, "No microphone was found, or another program has it.")
        assert (_state(telephone)[1], telephone.exchange.peers) == ("Call", [])


def test_a_recorded_caller_speaks_when_the_receptionist_has_fallen_silent(ring_up, tmp_path):
    pause = np.zeros(_RATE_HZ)
    recording = wav(tmp_path / "caller.wav", np.concatenate([_TONE, pause, _TONE]), _RATE_HZ).read_bytes()
    with ring_up(recording=recording) as telephone:
        telephone.page.click("#call")
        telephone.page.click("text=Call with a recorded caller")
        peer = telephone.answered()
        for stretch in (1, 2):
            silent = len(peer.of("media"))
            telephone.beside.run(peer.play, _LOUD)
            telephone.beside.run(peer.mark, f"said {stretch}")
            telephone.until(lambda: len(peer.of("mark")) == stretch)  # noqa: B023
            assert rms(peer.sound[silent * 160 :]) < 1
            telephone.until(lambda: rms(peer.sound[-160:]) > 1_000)
            assert peer.at_s("media")[-1] - peer.at_s("mark")[-1] > 0.68
            telephone.until(lambda: rms(peer.sound[-4_800:]) == 0)
        assert telephone.complaints == []


def test_what_is_said_is_shown_as_it_is_said(telephone):
    turned = "\u202edamn\u2069 <b>bold</b>"
    telephone.exchange.account = (
        ("utterance_started", {"onset_ms": 5}),
        ("user_said", {"text": turned}),
        ("tool_called", {"name": "find_available_slots", "call_id": "1"}),
        ("tool_called", {"name": "unheard_of", "call_id": "2"}),
        ("bot_said", {"text": "At nine", "unheard": "or at ten.", "heard_ms": 1, "audio_ms": 2}),
        ("barge_in", {"speech_ms": 500}),
        ("bot_said", {"text": "Nine it is.", "unheard": "", "heard_ms": 2, "audio_ms": 2}),
        ("hang_up", {"outcome": "completed"}),
    )
    telephone.call()
    talk = telephone.page.locator("#talk")
    talk.get_by_text("The line is closed.").wait_for()
    assert [" ".join(text.split()) for text in talk.locator("li").all_inner_texts()] == [
        "Caller damn <b>bold</b>",
        "Looking for free times.",
        "Receptionist At nine Not heard: or at ten.",
        "The caller cut in.",
        "Receptionist Nine it is.",
        "The line is closed.",
    ]
    assert [" ".join(text.split()) for text in talk.locator("del:visible").all_inner_texts()] == [
        "Not heard: or at ten."
    ]
