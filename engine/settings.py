"""Every threshold of a call, with its unit in its name and its reason beside it."""

from attrs import evolve, frozen

FRAME_MS = 20  # the carrier's frame: 20 ms of 8 kHz mu-law
FRAME_BYTES = 160


@frozen(kw_only=True)
class Settings:
    """How one business's calls behave. Immutable; `attrs.evolve` makes a variant."""

    # What counts as an utterance.
    utterance_min_ms: int = 300  # 600 ms strangled real conversations: no turn ever closed
    utterance_end_ms: int = 500
    utterance_max_ms: int = 30_000  # noise must not hold a turn open
    utterance_rearm_ms: int = 500  # non-speech needed after a capped utterance

    # What counts as a barge-in.
    guard_ms: int = 400  # the bot's first sounds and their echo must not stop it
    barge_in_min_ms: int = 300  # clicks, coughs and pops never stop the bot
    barge_in_gap_ms: int = 120
    barge_in_real_ms: int = 500
    barge_in_cooldown_ms: int = 800

    # The level detector, RMS on the 16-bit scale; both figures from real call logs.
    utterance_level: float = 80.0
    barge_in_level: float = 350.0
    level_over_floor: float = 3.0

    # What goes up to the model.
    ring_ms: int = 1_000
    utterance_lead_ms: int = 600  # the detector needs 110-280 ms to see a start: lose no first syllable
    barge_in_lead_ms: int = 300
    uplink_chunk_ms: int = 100
    backlog_ms: int = 10_000  # caller audio that may wait to be listened to

    # Nobody meets dead air.
    carrier_gap_ms: int = 200  # so long without frames counts as silence
    carrier_silent_ms: int = 10_000  # no media at all: the line is dead
    carrier_stalled_ms: int = 5_000  # one message not taken for so long: the line is dead
    silence_ms: int = 8_000
    silence_prompts: int = 2
    model_ready_ms: int = 3_000  # TCP, TLS, handshake and `session.updated` together
    answer_due_ms: int = 6_000  # then cancelled and created once more, then the fallback
    cancel_due_ms: int = 2_000
    longest_call_warning_ms: int = 780_000
    longest_call_ms: int = 900_000
    goodbye_max_ms: int = 10_000

    # Tools.
    tool_deadline_ms: int = 8_000
    slow_tool_ms: int = 3_000  # an answer no longer waits for the output of a tool that takes longer

    # The end of a call.
    line_close_ms: int = 3_000
    final_write_ms: int = 5_000

    # The model's session.
    voice: str = "alloy"
    transcription_model: str | None = "gpt-live-transcribe"
    noise_reduction: str | None = "near_field"
    max_output_tokens: int = 1_500  # 100 would be about 4 s of speech, cut in mid-word

    def without_transcription(self) -> "Settings":
        """The settings for a server that refuses transcription: a barge-in is real at once.

        Without a transcript nothing could later show that a short barge-in was no speech.
        """
        return evolve(self, transcription_model=None, barge_in_real_ms=self.barge_in_min_ms)


DEFAULTS = Settings()
