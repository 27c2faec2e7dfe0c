"""Chromium with a microphone that plays a file, and the page of the telephone in it."""

import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from attrs import frozen
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.beside import Beside, beside
from tests.browser.conftest import CHROMIUM
from tests.browser.phone.exchange import Exchange, Peer, open_exchange

MICROPHONE_HZ = 48_000
_SAID_S = 8


def murmur() -> np.ndarray:
    """What is said into the microphone, from -1 to 1: noise between 300 and 3,000 Hz, nowhere the same."""
    length = _SAID_S * MICROPHONE_HZ
    frequencies_hz = np.fft.rfftfreq(length, 1 / MICROPHONE_HZ)
    within = (frequencies_hz > 300) & (frequencies_hz < 3_000)
    phases = np.random.default_rng(1).uniform(0, 2 * np.pi, len(within))
    sound = np.fft.irfft(within * np.exp(1j * phases), length)
    return 0.5 * sound / np.abs(sound).max()


def wav(path: Path, samples: np.ndarray, rate_hz: int) -> Path:
    """A file of these samples, from -1 to 1."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate_hz, 0, "NONE", "not compressed"))
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


@frozen
class Telephone:
    """The page in a browser, and the exchange that it rings."""

    page: Page
    beside: Beside
    complaints: list[str]

    @property
    def exchange(self) -> Exchange:
        """What it talks to. Its tasks run in another thread."""
        return self.beside.opened

    @property
    def module(self) -> str:
        """Where its scripts lie."""
        return self.page.get_attribute("script[type=module]", "src").rpartition("/")[0]

    def run(self, script: str, *values: Any) -> Any:
        """What an async function of (module, ...values) returns there; module(name) imports a script."""
        load = f"const module = (name) => import('{self.module}/phone-' + name + '.js');"
        return self.page.evaluate(
            f"async (values) => {{ {load} return ({script})(module, ...values); }}", values
        )

    def call(self) -> Peer:
        """Press Call; the other end, once it has a frame."""
        self.page.click("#call")
        return self.answered()

    def answered(self) -> Peer:
        """The other end of the call that was placed, once it has a frame."""
        on_the_line = partial(filter, lambda peer: peer.of("media") and not peer.over)
        return self.until(lambda: next(on_the_line(self.exchange.peers), None))

    def dial(self) -> Peer:
        """Place a call by its script, and keep what is heard; the other end, once it has a frame."""
        self.run(
            """async (module, url) => {
            const { Call } = await module('call');
            window.heard = [];
            const heard = (bytes) => window.heard.push(...bytes);
            window.call = new Call({ heard, talking() {}, ended() {}, failed() {} });
            await window.call.ring({ url, constraints: true });
        }""",
            f"/b/{self.exchange.business_id}/telephone/calls",
        )
        return self.answered()

    def heard(self, least: int) -> bytes:
        """The mu-law that a dialled call has played, once it is that much."""
        self.page.wait_for_function("least => window.heard.length >= least", arg=least)
        return bytes(self.page.evaluate("window.heard"))

    def until(self, happened: Callable[[], Any]) -> Any:
        """What it gives as soon as it is true."""
        return self.beside.run(self.exchange.until, happened)


@pytest.fixture(scope="package")
def microphone(chromium: Browser, tmp_path_factory) -> Iterator[Browser]:
    """A Chromium whose microphone hears `murmur`."""
    sound = wav(tmp_path_factory.mktemp("microphone") / "murmur.wav", murmur(), MICROPHONE_HZ)
    flags = (
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--autoplay-policy=no-user-gesture-required",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={sound}%noloop",
    )
    browser = chromium.browser_type.launch(executable_path=str(CHROMIUM), args=list(flags))
    yield browser
    browser.close()


@pytest.fixture
def ring_up(microphone: Browser, tmp_path) -> Callable[..., Any]:
    """Opens the page: `with ring_up("microphone") as telephone`. Without that word the browser refuses it."""

    @contextmanager
    def opened(
        *permissions: str, recording: bytes | None = None, browser: Browser = microphone
    ) -> Iterator[Telephone]:
        with beside(open_exchange(tmp_path)) as server:
            exchange: Exchange = server.opened
            exchange.recording = recording
            context: BrowserContext = browser.new_context(permissions=list(permissions))
            context.add_cookies(
                [{"name": "frontdesk_session", "value": exchange.session, "url": exchange.url}]
            )
            page, complaints = context.new_page(), []
            page.on("console", lambda said: said.type == "error" and complaints.append(said.text))
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.goto(f"{exchange.url}/b/{exchange.business_id}/telephone?raw=1")
            yield Telephone(page, server, complaints)
            context.close()

    return opened


@pytest.fixture
def telephone(ring_up) -> Iterator[Telephone]:
    """The page, with a microphone. Nothing goes wrong in it."""
    with ring_up("microphone") as opened:
        yield opened
        assert opened.complaints == []
