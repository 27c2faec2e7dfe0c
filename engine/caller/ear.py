"""The ear of a call: what a frame of the caller means, and what of it goes up to the model.

Composes the detector (`vad.py`), the echo guard (`echo.py`), the policy of turns (`turns.py`) and the
uplink (`uplink.py`).
"""

from engine.caller.echo import EchoGuard
from engine.caller.turns import Scene, TurnEvent, Turns
from engine.caller.uplink import Append, Commit, Discard, Uplink, UplinkAction
from engine.caller.vad import Detector
from engine.peers import realtime
from engine.settings import Settings


class Ear:
    """One per call; `listen` to every frame, in order."""

    def __init__(self, settings: Settings, detector: Detector) -> None:
        self._detector = detector
        self._echo = EchoGuard(settings)
        self._turns = Turns(settings)
        self._uplink = Uplink(settings)

    def adopt(self, settings: Settings) -> None:
        """From now on decide turns by these settings; what is going on goes on."""
        self._turns.adopt(settings)

    def listen(self, frame: bytes, scene: Scene) -> tuple[list[str], list[TurnEvent]]:
        """The next frame as messages for the model, and as events for the conversation.

        Send the messages first: a commit must stand before the create that answers it.
        """
        heard = self._detector.judge(frame)
        echo = self._echo.explains(heard.level, scene.bot_level)
        events = self._turns.step(heard, scene, echo=echo)
        actions = self._uplink.step(frame, events, bot_playing=scene.bot_playing, echo=echo)
        return [_message(action) for action in actions], events


def _message(action: UplinkAction) -> str:
    match action:
        case Append(audio):
            return realtime.append(audio)
        case Commit():
            return realtime.commit()
        case Discard():
            return realtime.clear_input()
