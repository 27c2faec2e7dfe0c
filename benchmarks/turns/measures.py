"""What is read off a finished call. Pure: an account of planted figures measures as a real one does.

All times are milliseconds of one clock, the caller's mouth and ear included.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise

from attrs import frozen

BYTES_PER_MS = 8
_KEY = 400  # bytes by which a stretch of sound is found in what the model sent
_STEP = 160
_FIRST, _KNOWN = 3, 4  # utterances of a call: the engine does not know its pauses yet, and does by now

PLACES, PLACE_SLICES = ("1-5", "6-10", "11-14"), ((0, 5), (5, 10), (10, 14))  # of an utterance in its call

Figures = dict[str, list[float]]


@frozen(kw_only=True)
class Utterance:
    """Something that came from the caller's side, from its true onset to its true end."""

    onset_ms: float
    end_ms: float
    is_speech: bool = True
    label: str = ""


@frozen(kw_only=True)
class Account:
    """One call from outside: what was said, what the engine sent, and what the caller heard."""

    uttered: Sequence[Utterance]
    commits_ms: Sequence[float] = ()  # of what was taken for a whole utterance, or a part of a long one
    answers_ms: Sequence[float] = ()  # `response.create` for an utterance
    clears_sent_ms: Sequence[float] = ()
    clears_taken_ms: Sequence[float] = ()  # when they reached the carrier
    heard: Sequence[tuple[float, bytes]] = ()  # when each stretch of sound began, and the sound
    sent: Mapping[str, bytes] = {}  # the model's sound by item, in order
    told_ms: Mapping[str, int] = {}  # what the model was told of how much of an item was heard
    committed: Sequence[tuple[float, float]] = ()  # from when to when what was committed had been said
    began_ms: float = 0.0
    hung_up: bool = False  # by the engine
    ended_ms: float = 0.0
    given_up: int = 0  # answers that were asked for ahead, for nothing
    creates: int = 0  # every `response.create` that the model took
    unsaid: int = 0  # how much the caller had still to say when the call ended

    @property
    def talk_ms(self) -> float:
        """How long the bot was heard."""
        return sum(len(sound) for _, sound in self.heard) / BYTES_PER_MS

    @property
    def begun_ms(self) -> Sequence[float]:
        """When the caller heard the bot begin."""
        return [begin for begin, _ in self.heard]

    def talk_between_ms(self, begin_ms: float, end_ms: float) -> float:
        """Return how long the bot was heard then."""
        spans = ((begin, begin + len(sound) / BYTES_PER_MS) for begin, sound in self.heard)
        return covered_ms(spans, begin_ms, end_ms)

    def playing(self, at_ms: float) -> bool:
        """Say whether the caller heard the bot then."""
        return any(begin <= at_ms < begin + len(sound) / BYTES_PER_MS for begin, sound in self.heard)


def answering(account: Account) -> Figures:
    """Measure of every utterance: whether it was answered, how late, how often cut, how often again."""
    figures: Figures = {"answered": [], "delay_ms": [], "cuts": [], "again": []}
    onsets = [utterance.onset_ms for utterance in account.uttered[1:]] + [float("inf")]
    for utterance, next_ms in zip(account.uttered, onsets, strict=True):
        answers = [at for at in account.answers_ms if utterance.onset_ms < at < next_ms]
        late = [at - utterance.end_ms for at in answers if at >= utterance.end_ms]
        figures["answered"].append(bool(answers))
        figures["delay_ms"] += late[:1]
        figures["cuts"].append(len(within(account.commits_ms, utterance.onset_ms, utterance.end_ms)))
        figures["again"].append(max(0, len(late) - 1))
    return figures


def pausing(account: Account) -> Figures:
    """Measure of every utterance with a pause inside whether it was cut: of the first, and of later ones."""
    every = answering(account)
    cut = [bool(cuts) for cuts in every["cuts"]]
    return {"first": [*cut[:_FIRST]], "known": [*cut[_KNOWN:]], "delay_ms": every["delay_ms"]}


def positioned(utterances: int) -> Callable[[Account], Figures]:
    """Measure whether each of so many utterances was answered, by its place in the call.

    What was never said, because the call had been hung up, was not answered.
    """

    def measure(account: Account) -> Figures:
        every = answering(account)
        answered = every["answered"] + [False] * (utterances - len(every["answered"]))
        parts = {name: answered[begin:end] for name, (begin, end) in zip(PLACES, PLACE_SLICES, strict=True)}
        return parts | {"again": every["again"], "whole": [len(every["answered"]) == utterances]}

    return measure


def hearing_beside(account: Account) -> Figures:
    """Measure of every sound in the bot's silence that nobody meant anything by: whether it was answered."""
    figures: Figures = {"answered": []}
    onsets = [each.onset_ms for each in account.uttered[1:]] + [float("inf")]
    for event, next_ms in zip(account.uttered, onsets, strict=True):
        if not event.is_speech and not account.playing(event.onset_ms):
            figures["answered"].append(bool(within(account.answers_ms, event.onset_ms, next_ms)))
    return figures


def disturbing(account: Account) -> Figures:
    """Measure of every event while the bot talked whether it stopped the bot, if only for a moment."""
    figures: Figures = {"stopped": [], "minutes": [account.talk_ms / 60_000]}
    for event in account.uttered:
        if not event.is_speech and account.playing(event.onset_ms):
            figures["stopped"].append(
                bool(within(account.clears_sent_ms, event.onset_ms, event.end_ms + 800))
            )
    return figures


def lecturing(account: Account) -> Figures:
    """Measure how often the bot was stopped though the caller was silent, and how long it talked."""
    spoken = [(each.onset_ms - 50, each.end_ms + 800) for each in account.uttered]
    false = [at for at in account.clears_sent_ms if not any(begin <= at <= end for begin, end in spoken)]
    return {"stops": [len(false)], "minutes": [account.talk_ms / 60_000]}


def interrupting(account: Account) -> Figures:
    """Measure of every interruption of a talking bot: until `clear` was sent, and until it was there."""
    figures: Figures = {"met": [], "sent_ms": [], "taken_ms": [], "heard_error_ms": heard_errors_ms(account)}
    for utterance in account.uttered:
        if not utterance.is_speech or not account.playing(utterance.onset_ms):
            continue
        figures["met"].append(1)
        limit_ms = utterance.end_ms + 1_000
        figures["sent_ms"] += first_after(account.clears_sent_ms, utterance.onset_ms, limit_ms)
        figures["taken_ms"] += first_after(account.clears_taken_ms, utterance.onset_ms, limit_ms)
    return figures


def resuming(account: Account) -> Figures:
    """Measure of every false interruption that stopped the bot: whether it played on, and the seam."""
    figures: Figures = {"events": [], "stopped": [], "resumed": [], "seam_ms": [], "seam_error_ms": []}
    parts = segments(account.heard, account.sent)
    for event in account.uttered:
        if event.is_speech or not account.playing(event.onset_ms):
            continue
        stops = within(account.clears_taken_ms, event.onset_ms, event.end_ms + 1_000)
        figures["events"].append(1)
        figures["stopped"].append(bool(stops))
        if stops:
            seam = seam_ms(parts, stops[0])
            figures["resumed"].append(seam is not None)
            figures["seam_ms"] += [] if seam is None else [seam]
    figures["seam_error_ms"] = [abs(seam) for seam in figures["seam_ms"]]
    return figures


def heard_errors_ms(account: Account) -> list[float]:
    """Return the error of each item of which the model was told how much was heard; too much is positive.

    What was never played, and of which the model was told so, is left out: there was nothing to reckon.
    """
    heard_ms: dict[str, float] = {}
    for part in segments(account.heard, account.sent):
        heard_ms[part.item] = max(heard_ms.get(part.item, 0.0), part.stop / BYTES_PER_MS)
    return [
        told - heard_ms.get(item, 0.0) for item, told in account.told_ms.items() if told or item in heard_ms
    ]


@frozen(kw_only=True)
class Segment:
    """A stretch of one item's sound that the caller heard: bytes `start` to `stop`, from `at_ms` on."""

    item: str
    start: int
    stop: int
    at_ms: float


def segments(heard: Iterable[tuple[float, bytes]], sent: Mapping[str, bytes]) -> list[Segment]:
    """Find what the caller heard again in what the model sent, in order."""
    found: list[Segment] = []
    items = list(sent)
    newest = 0  # one item plays after the other
    for begin_ms, sound in heard:
        at = 0
        while at < len(sound):
            key = sound[at : at + _KEY]
            place = _find(key, items, newest, sent)
            if place is None:
                at += _STEP
                continue
            newest, start = place
            item = items[newest]
            length = _agreement(sound[at:], sent[item][start:])
            found.append(
                Segment(item=item, start=start, stop=start + length, at_ms=begin_ms + at / BYTES_PER_MS)
            )
            at += length
    return found


def _find(key: bytes, items: Sequence[str], newest: int, sent: Mapping[str, bytes]) -> tuple[int, int] | None:
    for index in [*range(newest, len(items)), *range(newest)]:
        start = sent[items[index]].find(key)
        if start >= 0:
            return index, start
    return None


def _agreement(one: bytes, other: bytes) -> int:
    """Count the bytes that are equal from the first."""
    length = min(len(one), len(other))
    at = 0
    while at < length and one[at : at + _STEP] == other[at : at + _STEP]:
        at += _STEP
    while at < length and one[at] == other[at]:
        at += 1
    return min(at, length)


def seam_ms(parts: Sequence[Segment], stopped_ms: float) -> float | None:
    """Return what was lost (positive) or heard twice where the sound stopped.

    None if it did not play on.
    """
    for before, after in pairwise(parts):
        if before.at_ms < stopped_ms <= after.at_ms:
            return (after.start - before.stop) / BYTES_PER_MS if after.item == before.item else None
    return None


def covered_ms(spans: Iterable[tuple[float, float]], begin_ms: float, end_ms: float) -> float:
    """Return how much of this time lies in the spans, which may overlap."""
    covered, at = 0.0, begin_ms
    for begin, end in sorted(spans):
        at, end = max(at, begin), min(end, end_ms)
        if end > at:
            covered, at = covered + end - at, end
    return covered


def within(times_ms: Iterable[float], begin_ms: float, end_ms: float) -> list[float]:
    return [at for at in times_ms if begin_ms < at < end_ms]


def first_after(times_ms: Iterable[float], begin_ms: float, end_ms: float) -> list[float]:
    return [at - begin_ms for at in within(times_ms, begin_ms, end_ms)][:1]


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value that so many per cent do not exceed; not a number of nothing."""
    ordered = sorted(values)
    if not ordered:
        return float("nan")
    return ordered[min(len(ordered) - 1, max(0, -(-len(ordered) * int(percent) // 100) - 1))]


def share(values: Sequence[float]) -> float:
    """Return the mean as a percentage; not a number of nothing."""
    return 100 * sum(values) / len(values) if values else float("nan")
