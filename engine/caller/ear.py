"""The ear of a call: what a frame of the caller means, and what of it goes up to the model.

Composes the detector (`vad.py`), the echo guard (`echo.py`), the policy of turns (`turns.py`), the tones of
machines (`machines.py`) and the uplink (`uplink.py`).
"""

from engine.caller.echo import EchoGuard
from engine.caller.machines import BeepHeard, MachineHeard, MachineTones
from engine.caller.turns import TurnContext, TurnEvent, Turns
from engine.caller.uplink import Uplink, UplinkCommand
from engine.caller.vad import Detector
from engine.settings import Settings


class Ear:
    """One per call; `listen` to every frame, in order."""

    def __init__(self, settings: Settings, detector: Detector) -> None:
        self._detector = detector
        self._echo = EchoGuard(settings)
        self._turns = Turns(settings)
        self._tones = MachineTones()
        self._uplink = Uplink(settings)

    def adopt(self, settings: Settings) -> None:
        """Decide turns by these settings from now on; what is going on goes on."""
        self._turns.adopt(settings)

    def listen(
        self, frame: bytes, context: TurnContext
    ) -> tuple[list[UplinkCommand], list[TurnEvent | MachineHeard | BeepHeard]]:
        """Judge the next frame: return commands for the model, and events for the conversation.

        Send the commands first: a commit must stand before the create that answers it.
        """
        heard = self._detector.judge(frame)
        echo = self._echo.explains(heard.level, context.bot_level, self._turns.own_level)
        events = self._turns.step(heard, context, echo=echo)
        commands = self._uplink.step(frame, events, bot_playing=context.bot_playing, echo=echo)
        return commands, [*self._tones.step(frame, heard.level), *events]
