"""What real people meet on a call: were they heard out, answered in time, talked over, left alone?

Pure, as `measures` is.
"""

from collections.abc import Callable, Sequence

from benchmarks.turns.measures import (
    Account,
    Figures,
    answering,
    covered_ms,
    first_after,
    seam_ms,
    segments,
    within,
)

_IN_TIME_MS = 2_500
_ALONE_MS = 25_000
_TALKED_ON_MS, _YIELDED_MS = 1_000, 2_000  # the windows of the tau-voice benchmark
_WHOLE = 0.95  # of an item: its last frames may be silence


def in_time(account: Account) -> Figures:
    """Measure of every utterance whether it was answered within 2.5 s of its end, and how late.

    Answers beyond one for each of those are needless: to half an utterance, or to somebody else.
    """
    figures = {name: answering(account)[name] for name in ("delay_ms", "cuts")}
    answered = [
        bool(within(account.answers_ms, each.end_ms, each.end_ms + _IN_TIME_MS)) for each in account.uttered
    ]
    return figures | {"answered": [*answered], "needless": [len(account.answers_ms) - sum(answered)]}


def in_time_by_length(lengths_ms: Sequence[tuple[int, int]]) -> Callable[[Account], Figures]:
    """Measure whether utterances of these lengths, least and limit, were answered in time, by the least."""

    def measure(account: Account) -> Figures:
        figures = in_time(account)
        answered = list(zip(account.uttered, figures["answered"], strict=True))
        parts: Figures = {
            f"{least}": [was for each, was in answered if least <= each.end_ms - each.onset_ms < limit]
            for least, limit in lengths_ms
        }
        return parts | {"delay_ms": figures["delay_ms"]}

    return measure


def kept_whole(labels: Sequence[str]) -> Callable[[Account], Figures]:
    """Measure by label whether each utterance was kept whole, and of all whether the bot began within it."""

    def measure(account: Account) -> Figures:
        every = answering(account)
        pairs = list(zip(account.uttered, every["cuts"], strict=True))
        over = [bool(within(account.begun_ms, each.onset_ms, each.end_ms)) for each in account.uttered]
        parts: Figures = {name: [not cuts for each, cuts in pairs if each.label == name] for name in labels}
        return parts | {"delay_ms": every["delay_ms"], "talked over": [*over]}

    return measure


def answering_ahead(account: Account) -> Figures:
    """Measure whether utterances were cut or talked over, and when the answer was asked for and heard.

    And of the call how many answers were asked for, and given up.
    """
    every, over = answering(account), kept_whole(())(account)["talked over"]
    sounds_ms = [
        first_after(account.begun_ms, each.end_ms, each.end_ms + _IN_TIME_MS) for each in account.uttered
    ]
    return {
        "cuts": every["cuts"],
        "talked over": over,
        "delay_ms": every["delay_ms"],
        "sound_ms": [at for found in sounds_ms for at in found],
        "creates": [account.creates],
        "given up": [account.given_up],
    }


def telling(account: Account) -> Figures:
    """Measure of every long story how much of it the model got, and how long the bot talked into it."""
    figures = in_time(account)
    heard = [
        covered_ms(account.committed, each.onset_ms, each.end_ms) / (each.end_ms - each.onset_ms)
        for each in account.uttered
    ]
    over_s = [account.talk_between_ms(each.onset_ms, each.end_ms) / 1_000 for each in account.uttered]
    return {"heard": heard, "answered": figures["answered"], "over_s": over_s}


def greeting(account: Account) -> Figures:
    """Measure when the bot was first heard, and whether one of its answers was heard whole, unasked."""
    first = [begin - account.began_ms for begin in account.begun_ms[:1]] or [float("inf")]
    until_ms = min((each.onset_ms for each in account.uttered), default=float("inf"))
    heard: dict[str, int] = {}
    for part in segments([(at, sound) for at, sound in account.heard if at < until_ms], account.sent):
        heard[part.item] = heard.get(part.item, 0) + part.stop - part.start
    whole = any(length >= _WHOLE * len(account.sent[item]) for item, length in heard.items())
    return {"first_ms": [*first], "whole": [whole]}


def waiting(account: Account) -> Figures:
    """Measure of a caller who has asked for a moment what they met until they were back."""
    asked = [each for each in account.uttered if each.label == "wait"]
    back = [each for each in account.uttered if each.label == "back"]
    figures: Figures = {
        "told": [],
        "left_alone": [],
        "kept": [bool(back) and not account.hung_up],
        "answered": [],
    }
    for each in asked:
        heard = within(account.begun_ms, each.end_ms, each.end_ms + _ALONE_MS)
        figures["told"].append(bool(within(heard, each.end_ms, each.end_ms + 2 * _IN_TIME_MS)))
        figures["left_alone"].append(len(heard) <= 1)
    figures["answered"] = [bool(within(account.answers_ms, e.end_ms, e.end_ms + _IN_TIME_MS)) for e in back]
    return figures | {"answered": figures["answered"] or [False]}


def costing(account: Account) -> Figures:
    """Measure when the engine ended a call (never: infinity), and how many answers were made for it."""
    ended_s = (account.ended_ms - account.began_ms) / 1_000 if account.hung_up else float("inf")
    return {"ended_s": [ended_s], "answers": [account.creates]}


def keeping(account: Account) -> Figures:
    """Measure whether a caller kept the line, and was answered within 2.5 s of the end of each utterance."""
    answered = in_time(account)["answered"] if account.uttered else [False]
    return {"kept": [not account.hung_up], "answered": answered}


def yielding(account: Account) -> Figures:
    """Measure over a talking bot: is a sign of listening talked through, does an interruption stop it?

    The labels say which is which: `listening`, or `floor` (short) and `plain`. The bot talks on if nothing
    stops it within a second, it falters if it then plays on, and is cut if it doesn't. It yields if it stops
    within two seconds.
    """
    names = ("talked on", "faltered", "cut", "floor", "plain", "answered", "yield_ms")
    figures: Figures = {name: [] for name in names}
    parts = segments(account.heard, account.sent)
    for each in account.uttered:
        if not account.playing(each.onset_ms):
            continue
        if each.label == "listening":
            stops = within(account.clears_taken_ms, each.onset_ms, each.end_ms + _TALKED_ON_MS)
            resumed = bool(stops) and seam_ms(parts, stops[0]) is not None
            figures["talked on"].append(not stops)
            figures["faltered"].append(resumed)
            figures["cut"].append(bool(stops) and not resumed)
        elif each.label in ("floor", "plain"):
            taken = first_after(account.clears_taken_ms, each.onset_ms, each.onset_ms + _YIELDED_MS)
            answers = within(account.answers_ms, each.onset_ms, each.end_ms + _IN_TIME_MS)
            figures[each.label].append(bool(taken))
            figures["yield_ms"] += taken
            figures["answered"].append(bool(answers))
    return figures


def interaction(account: Account) -> Figures:
    """Measure a call as the tau-voice benchmark does, by the labels of what was said.

    `plain` and `floor` are turns of the caller. `listening`, `tic` and `aside` are to be talked through, and
    not to be answered.
    """
    names = ("response_s", "yield_s", "responded", "yielded", "interrupted", "listening", "tic", "aside")
    figures: Figures = {name: [] for name in names}
    nexts = [each.onset_ms for each in account.uttered[1:]] + [float("inf")]
    for each, next_ms in zip(account.uttered, nexts, strict=True):
        over_bot = account.playing(each.onset_ms)
        if each.label not in ("plain", "floor"):
            stops = within(account.clears_taken_ms, each.onset_ms, each.end_ms + _TALKED_ON_MS)
            begun = within(account.begun_ms, each.onset_ms, each.end_ms + _YIELDED_MS)
            figures[each.label].append(not (stops if over_bot else begun))
            continue
        figures["interrupted"].append(len(within(account.begun_ms, each.onset_ms, each.end_ms)))
        if over_bot:
            taken = first_after(account.clears_taken_ms, each.onset_ms, each.onset_ms + _YIELDED_MS)
            figures["yielded"].append(bool(taken))
            figures["yield_s"] += [ms / 1_000 for ms in taken]
        if not account.playing(each.end_ms):
            late = first_after(account.begun_ms, each.end_ms, next_ms)
            figures["responded"].append(bool(late))
            figures["response_s"] += [ms / 1_000 for ms in late]
    return figures
