"""How a call can end: one value, chosen by whoever ends it first."""

from enum import StrEnum


class Outcome(StrEnum):
    """The one outcome of a call. Normal ends are values; only faults are exceptions."""

    COMPLETED = "completed"  # the bot said goodbye and hung up
    TRANSFERRED = "transferred"  # the caller is put through to a person
    CALLER_HUNG_UP = "caller_hung_up"
    SILENCE_TIMEOUT = "silence_timeout"
    ONLY_MUSIC = "only_music"  # and nobody who spoke
    MACHINE_CALLED = "machine_called"  # a fax or a modem: nobody to say goodbye to
    RECORDING_CALLED = "recording_called"  # an answering machine or a robocall: the same
    OWNER_HUNG_UP = "owner_hung_up"  # from the owner's page
    LONGEST_CALL = "longest_call"
    CARRIER_LOST = "carrier_lost"  # the media socket died, or no audio came
    MODEL_FAILED = "model_failed"
    SERVER_STOPPED = "server_stopped"  # the call was cancelled from outside
    INTERNAL_ERROR = "internal_error"

    @property
    def owes_words(self) -> bool:
        """Whether the caller was left in mid-air and must still hear an apology."""
        return self in _FAULTS


# The media socket is not the call: when it breaks, the caller is still there.
_FAULTS = frozenset(
    {Outcome.CARRIER_LOST, Outcome.MODEL_FAILED, Outcome.SERVER_STOPPED, Outcome.INTERNAL_ERROR}
)
