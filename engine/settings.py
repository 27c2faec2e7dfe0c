"""Every threshold of a call, with its unit in its name and its reason beside it."""

from collections.abc import Mapping
from typing import Literal

from attrs import asdict, evolve, frozen

FRAME_MS = 20  # the carrier's frame: 20 ms of 8 kHz mu-law
FRAME_BYTES = 160


@frozen
class Range:
    """What a setting may be, both ends included, and what comes of a call outside it."""

    least: float
    most: float
    otherwise: str = ""


_ANY = Range(0, 10**8)  # a day, in ms
_REMEMBERED = Range(FRAME_MS, 60_000, "nothing would be remembered, or more than a process can hold")
_LOUDEST = 32_124  # what mu-law can say at most, on the 16-bit scale
_UNHEARD = "nobody would ever be heard"
# Beyond these no call could be held. What lies within may still be unwise; the other settings may be anything
# that is not negative.
_RANGES = {
    **dict.fromkeys(
        ("echo_memory_ms", "ring_ms", "backlog_ms", "own_level_ms", "own_saying_ms", "company_of_ms"),
        _REMEMBERED,
    ),
    "echo_latest_ms": Range(FRAME_MS, 3_000, "to compare the line with the bot's sound would take too long"),
    **dict.fromkeys(("level_hold_ms", "own_level_hold_ms"), Range(FRAME_MS, 2_000, _UNHEARD)),
    "detector_warm_ms": Range(0, 1_000, "the first word after a silence would wait for the network"),
    "carrier_gap_ms": Range(FRAME_MS, 10**8),
    **dict.fromkeys(("utterance_level", "barge_in_level", "speech_level"), Range(0, _LOUDEST, _UNHEARD)),
    **dict.fromkeys(("speech_on", "speech_off"), Range(0, 0.99, _UNHEARD)),
    **dict.fromkeys(("detector_trace", "voice_likely", "echo_likeness", "echo_unlikeness"), Range(0, 1)),
    **dict.fromkeys(("steady_level", "voiced"), Range(0, 1)),
    **dict.fromkeys(
        ("own_level_db", "own_close_db", "own_interrupting_db"), Range(3, 100, "a caller would have to shout")
    ),
    **dict.fromkeys(("level_over_floor", "speech_over_floor"), Range(0, 100, _UNHEARD)),
    "interrupting_on": Range(0, 0.99, "nobody could ever interrupt"),
    "interrupting_over_floor": Range(0, 100, "nobody could ever interrupt"),
    "utterance_min_ms": Range(FRAME_MS, 5_000, "no answer would be long enough to count"),
    "utterance_end_min_ms": Range(100, 10_000, "callers would be answered between two words, or never"),
    "utterance_end_max_ms": Range(100, 10_000, "callers would be answered between two words, or never"),
    "answer_ahead_ms": Range(0, 10_000),
    "utterance_max_ms": Range(1_000, 10**8, "callers would be cut off in their first word"),
    "longest_turn_ms": Range(1_000, 10**8, "callers would be cut in on in their first word"),
    "carrier_silent_ms": Range(1_000, 10**8, "every line would be taken for dead"),
    "carrier_stalled_ms": Range(100, 10**8, "every line would be taken for dead"),
    "silence_ms": Range(1_000, 10**8, "callers would be asked whether they are there without a pause"),
    "greeting_due_ms": Range(0, 60_000, "who calls from a loud room would hear nothing"),
    "wait_ms": Range(1_000, 10**8, "who asked for a moment would be asked whether they are there"),
    "silence_prompts": Range(0, 1_000),
    "music_share": Range(0.3, 1, "who is not heard would be hung up on"),
    "cancel_due_ms": Range(500, 60_000, "every interruption would end the call"),
    "keypad_end_ms": Range(0, 10_000, "a caller who pressed a key would hear nothing more"),
    "transcript_due_ms": Range(0, 5_000, "callers would wait for their own words"),
    "line_close_ms": Range(100, 10**8, "no line would be closed"),
    "model_ready_ms": Range(50, 60_000, "no model is ready so soon, and no caller waits longer"),
    "answer_due_ms": Range(500, 60_000, "no model answers so soon, and no caller waits longer"),
    "longest_call_ms": Range(1_000, 4 * 3_600_000, "no call is so short, and Twilio ends it after 4 h"),
    "tool_deadline_ms": Range(50, 10**8, "no tool answers so soon"),
    "max_output_tokens": Range(1, 4_096, "the model refuses the session"),  # the Realtime reference's range
}

_IN_ORDER = (  # the second of each is at least the first
    ("utterance_end_min_ms", "utterance_end_max_ms"),
    ("utterance_min_ms", "utterance_max_ms"),
    ("speech_off", "speech_on"),
)

# Settings that are gone, each with what stands in its place.
OUTGROWN: Mapping[str, str] = {"utterance_rearm_ms": "longest_turn_ms"}

# What a call's log names of them.
_LEVEL_THRESHOLDS = ("utterance_level", "barge_in_level", "level_over_floor")
_NEURAL_THRESHOLDS = (
    "speech_on",
    "speech_off",
    "speech_level",
    "speech_over_floor",
    "interrupting_on",
    "interrupting_over_floor",
)
_TURN_THRESHOLDS = ("utterance_min_ms", "utterance_end_ms", "barge_in_min_ms", "barge_in_real_ms")


@frozen(kw_only=True)
class Settings:
    """How one business's calls behave. Immutable; `attrs.evolve` makes a variant."""

    # What counts as an utterance.
    utterance_min_ms: int = 300  # 600 ms strangled real conversations: no turn ever closed
    # A shorter one is an utterance, too, if so much of it is surely a voice (`interrupting_on`): a yes, a
    # letter, a digit. One that is hardly likely to be a voice (`voice_likely`) must be longer. Up to
    # `utterance_plain_ms` it must have a pitch, too.
    utterance_sure_ms: int = 80
    utterance_unsure_ms: int = 400
    utterance_plain_ms: int = 500
    # Or if it has a pitch for so long, about as loud as at its loudest (8 dB), and is over with its voice: of
    # the short letters of the tuning half 96 % do, no cough, breath or hum does, and knocks die away sooner.
    steady_ms: int = 60
    steady_level: float = 0.4
    voiced: float = 0.5  # how alike its repetitions are: coughs and breaths reach 0.4, most letters 0.9
    utterance_end_ms: int = 540  # of silence, as a call begins; then the caller's own pauses decide
    utterance_end_min_ms: int = 340
    utterance_end_max_ms: int = 1_000
    # Of silence, after which the model is asked if the caller is likely to have finished: they make no such
    # pauses, or were asked for a yes or no. Nothing of its answer is heard or done before they have. A model
    # that takes 500 ms is heard 178 ms sooner (p50, tuning half); one create in 110 is for nothing. At 250 it
    # is 50 ms later. 0: never.
    answer_ahead_ms: int = 200
    dictation_end_ms: int = 1_500  # people rest between the groups of a number, for a second and more
    dictation_onset_ms: int = 200  # and a sound that has begun may be the next: so late a voice is known
    utterance_max_ms: int = 30_000  # what is longer goes up in parts of so much
    # Who speaks for so long without a pause is cut in on, once: a story is over by then, a television is not.
    longest_turn_ms: int = 90_000

    # What counts as a barge-in.
    guard_ms: int = 400  # the bot's first sounds and their echo must not stop it
    barge_in_min_ms: int = 280  # clicks, coughs and pops never stop the bot: see docs/turn-taking.md
    barge_in_gap_ms: int = 120
    barge_in_real_ms: int = 500
    # While no question stands, what stays shorter may be an "uh-huh": its words decide. The bot is silent
    # meanwhile, so nobody waits longer to interrupt.
    back_channel_max_ms: int = 900
    back_channel_end_ms: int = 240  # of silence after words that agree: the bot waits to play on
    back_channel_rest_ms: int = 1_500  # with less left to say, the bot answers an "okay" after it
    dictated_over_ms: int = 2_000  # so far into another answer nobody goes on with their number
    words_settle_ms: int = 200  # without more words, what was written down so far is taken for all
    transcript_due_ms: int = 700  # a shorter barge-in waits so long for the words that make it real
    resume_within_ms: int = 3_000  # later nobody remembers where the bot stopped
    barge_in_cooldown_ms: int = 800

    # The detectors. Levels are RMS on the 16-bit scale: a caller of -26 dBFS speaks at about 1,600.
    detector: Literal["neural", "level"] = "neural"
    # The level detector's gates; both figures from real call logs.
    utterance_level: float = 80.0
    barge_in_level: float = 350.0
    level_over_floor: float = 3.0
    # The neural detector: how likely a voice must be to begin a stretch of speech, and to go on with it.
    speech_on: float = 0.5
    speech_off: float = 0.2  # at 0.4 a spelt "s" falls apart; it ends some 15 ms later
    level_hold_ms: int = 160  # the loudest frame of so long is compared: syllables have soft ends
    speech_level: float = 100.0  # -50 dBFS: nobody speaks below, and the network may rest
    speech_over_floor: float = 2.0  # more cuts words out of loud noise, less lets babble hold turns open
    # After so long without a trace of a voice the network begins anew: what it keeps of a call makes it deaf
    # to short words. It is warmed, because cold it misses letters: with silence, and with the last sound of
    # the line, without which it takes the wind that goes on for somebody who begins.
    detector_reset_ms: int = 1_000
    detector_warm_ms: int = 192  # six chunks of the network, half of each kind
    # How likely a voice is, at most, where there is no trace of one. At 0.05 it begins anew in babble, and
    # takes for the caller what it would have let pass.
    detector_trace: float = 0.005
    voice_likely: float = 0.7  # less at its surest is hardly a voice: half of the hums, all coughs, no letter
    interrupting_on: float = 0.85  # at 0.5 a cough may stop the bot; at 0.9 some callers may not
    interrupting_over_floor: float = 3.0  # people 14 dB below: 0.2 false stops a minute; 7 at 1.5
    # The caller's own level, by the loudest of each 240 ms. A voice so far below it is somebody else's; in
    # company one that is not close. Beside a child 12 dB, a television 10 dB and
    # babble 10 dB down 100, 100 and 100 % were answered with 12 and 7 dB (tuning half), 100, 89 and 99 with
    # 13 and 8.5; but where every third utterance is said 9 dB softer 5.6 in 100 were cut early, and 1.4.
    own_level_db: float = 13.0
    own_close_db: float = 8.5  # at 7.5 seven of 42 natural pauses end an utterance, at 8.5 four as without it
    own_interrupting_db: float = 9.0  # over the bot, alone; at 12 a child 12 dB down stops it
    own_saying_ms: int = 2_000  # of an open utterance: in 4 s a short word is lost beside a television
    # So much of a voice that is not close, of so much that was heard of any, is company. Who is alone is at
    # 300 ms. At 1,600 a child is answered 18 times in 100 utterances, at 960 11 times.
    company_ms: int = 960
    company_of_ms: int = 8_000
    own_level_ms: int = 4_000
    own_level_least_ms: int = 500  # of speech: less says nothing
    own_level_hold_ms: int = 240  # as `level_hold_ms`; at 160 soft ends count as pauses
    # It is forgotten a little in each second of the bot's silence, and much once nobody has been heard for
    # long: somebody else may have taken the telephone.
    own_level_forgotten_db: float = 0.3
    own_level_unheard_ms: int = 5_000
    own_level_lost_db: float = 2.0
    # The echo guard: a phone returns what it plays at least 15 dB down, and callers are louder than that. So
    # it is as a call begins; then the guard stands so much above what this phone returns, and between these.
    echo_return_db: float = 14.0
    echo_margin_db: float = 4.0
    echo_return_least_db: float = 8.0  # who is as loud as the bot is the caller
    echo_return_most_db: float = 30.0
    echo_quiet_ms: int = 1_000  # of a quiet line over the bot, after 600 ms of it: then little is a voice
    # How alike the shapes of the line and of the bot must be for an echo (the echoes of the tuning half are
    # at 0.97 and more, nine in ten interruptions under 0.9), and how little for the caller.
    echo_likeness: float = 0.97
    echo_unlikeness: float = 0.85
    echo_memory_ms: int = 600  # the way to the phone and back, its jitter buffer, and the room
    echo_latest_ms: int = 1_200  # once it is measured: mobile networks and carriers hold sound back

    # What goes up to the model.
    ring_ms: int = 1_000
    utterance_lead_ms: int = 600  # the detector needs 110-280 ms to see a start: lose no first syllable
    barge_in_lead_ms: int = 300
    uplink_chunk_ms: int = 100
    backlog_ms: int = 10_000  # caller audio that may wait to be listened to

    # Keys.
    keypad_end_ms: int = 1_500  # without a further key, the number is complete

    # Nobody meets dead air.
    # So long without frames counts as silence. What only comes late comes sooner, and is none: at 200 ms
    # a line that stands still for 450 cut one utterance in thirteen.
    carrier_gap_ms: int = 750
    carrier_silent_ms: int = 10_000  # no media at all: the line is dead
    carrier_stalled_ms: int = 5_000  # one message not taken for so long: the line is dead
    # The greeting begins by then, whatever is heard on the line: the caller hears it within 2 s. A voice that
    # was there before it, like a television's, stops it only once so much of it, and the notice, was heard.
    greeting_due_ms: int = 1_800
    greeting_kept_ms: int = 6_000
    silence_ms: int = 8_000
    silence_prompts: int = 2
    wait_ms: int = 30_000  # in place of silence_ms, once the caller has asked for a moment
    # A line with sound on it is not silent, even if no voice is heard in it. A caller whom the detector does
    # not hear is asked again, each time after twice as long, and not hung up on.
    sound_level: float = 100.0
    sound_over_floor: float = 3.0
    sound_min_ms: int = 1_000  # in all, since the caller was last heard or asked in vain
    silence_max_ms: int = 60_000
    music_share: float = 0.5  # of a silence: who speaks unheard rests for longer, and music does not
    # A recording, in place of a person. It talks so soon after pick-up, rests for no longer, and for so long
    # at least (then the answer waits for its words).
    recording_pick_up_ms: int = 2_000
    recording_rest_ms: int = 1_500
    recording_talk_ms: int = 2_000
    recording_beep_ms: int = (
        2_000  # after the words of an answering machine, and again before it is hung up on
    )
    # For so long and in so many phrases of announcements nobody talks over a greeting who is a person.
    recording_sure_ms: int = 10_000
    recording_phrases: int = 3
    recording_silent_ms: int = 5_000  # after it was asked whether a person is there
    # A line is noisy, and the model told so, by a floor 18 dB below a usual caller (steady noise 20 dB below
    # is no trouble), beside so many utterances; or once the bot was stopped so often by what was nothing.
    noisy_floor: int = 200
    noisy_utterances: int = 3
    noisy_stops: int = 3
    model_ready_ms: int = 3_000  # TCP, TLS, handshake and `session.updated` together
    answer_due_ms: int = 6_000  # then cancelled and created once more, then the fallback
    cancel_due_ms: int = 2_000
    longest_call_warning_ms: int = 780_000
    longest_call_ms: int = 900_000
    # Who still speaks then is answered, and for so long the call goes on: nobody is cut off in mid-word.
    longest_call_grace_ms: int = 120_000
    goodbye_max_ms: int = 10_000

    # Tools.
    tool_deadline_ms: int = 8_000
    # An answer no longer waits for the output of a tool that takes longer, and a caller who hears nothing
    # meanwhile is asked for patience. They have waited for a second already: for the end of their utterance
    # and for the model to ask for the tool. Most tools take some ten milliseconds.
    slow_tool_ms: int = 1_500
    tool_calls_max: int = 60  # of one call: a long booking takes ten, a model in a loop never stops

    # The end of a call.
    line_close_ms: int = 3_000
    final_write_ms: int = 5_000

    # The model's session.
    voice: str = "alloy"
    transcription_model: str | None = "gpt-live-transcribe"
    noise_reduction: Literal["near_field", "far_field"] | None = "near_field"
    max_output_tokens: int = 1_500  # 100 would be about 4 s of speech, cut in mid-word

    # Keeping.
    keep_audio: bool = False  # both voices, for as long as the business wants them

    def __attrs_post_init__(self) -> None:
        for name, value in asdict(self).items():
            allowed = _RANGES.get(name, _ANY)
            # This way round it refuses NaN, too.
            if isinstance(value, int | float) and not allowed.least <= value <= allowed.most:
                otherwise = f"; otherwise {allowed.otherwise}" if allowed.otherwise else ""
                raise ValueError(f"{name}: must be between {allowed.least} and {allowed.most}{otherwise}")
            if value == "":
                raise ValueError(f"{name}: is empty; leave it out for what is usual")
        for less, more in _IN_ORDER:
            if getattr(self, more) < getattr(self, less):
                raise ValueError(f"{more}: must be at least {less}")

    def thresholds(self) -> str:
        """Return what the detector and the turns of a call go by, as NAME=VALUE, for its log."""
        names = _LEVEL_THRESHOLDS if self.detector == "level" else _NEURAL_THRESHOLDS
        return " ".join(f"{name}={getattr(self, name)}" for name in (*names, *_TURN_THRESHOLDS))

    def without_transcription(self) -> "Settings":
        """Return the settings for a server that refuses transcription: a barge-in is real at once.

        Without a transcript nothing could later show that a short barge-in was no speech.
        """
        at_once = self.barge_in_min_ms
        return evolve(self, transcription_model=None, barge_in_real_ms=at_once, back_channel_max_ms=at_once)


DEFAULTS = Settings()
