"""What is done about a model that can't do everything: the one place that decides it."""

from attrs import evolve

from engine.errors import ModelFault
from engine.model import Capabilities, DeleteItem, ModelCommand, SessionInfo, Tell, TruncateItem
from engine.prompt import prompt
from engine.settings import Settings

AUDIO_FORMAT = "audio/pcmu"  # what the carrier speaks; nothing here converts


def check(session: SessionInfo) -> None:
    """Return if a call can be carried over this session. Raises ModelFault with the reason if not."""
    for audio_format in (session.input_format, session.output_format):
        if audio_format != AUDIO_FORMAT:
            raise ModelFault(
                f"session refused: audio would be {audio_format}, and the caller would hear static"
            )
    if not session.capabilities.client_turns:
        raise ModelFault("session refused: the model would decide about the turns, and the engine does")


def without_what_it_lacks(settings: Settings, capabilities: Capabilities) -> Settings:
    """Return the settings by which the turns of a call with this model are decided."""
    if not capabilities.deletes:  # what was given up would stay in its memory
        settings = evolve(settings, answer_ahead_ms=0)
    return settings if capabilities.transcribes else settings.without_transcription()


def instead(command: ModelCommand, capabilities: Capabilities) -> tuple[ModelCommand, ...]:
    """Return what this model is told in place of a command that it can't obey: in words, or not at all.

    What it should know is what the caller heard. An instruction or a noise that it can't forget does no harm.
    """
    match command:
        case TruncateItem(heard_text=heard) if not capabilities.truncates:
            return (Tell("system", prompt.heard_only(heard)),)
        case DeleteItem(unheard=unheard) if not capabilities.deletes:
            return (Tell("system", prompt.heard_nothing()),) if unheard else ()
        case _:
            return (command,)
