"""The calls that the benchmarks place: what the caller does, what the model says, and how each must end."""

from collections.abc import Callable, Sequence

from attrs import frozen

from simulator import (
    Abort,
    Die,
    HangUp,
    ModelScript,
    Pause,
    Reply,
    Say,
    Step,
    UntilBotQuiet,
    UntilBotSpeaks,
    UntilClosed,
    murmur,
)

_GREETING = Reply("Hello.", murmur(300, pitch=190), first_delta_ms=0)
_QUESTION = Say("Could you tell me when you are open?", murmur(2_000))
_ANSWER = Reply("We are open from nine to five, and on Thursday until eight.", murmur(3_000, pitch=180))
_TURNS = 3  # about 20 s


@frozen(kw_only=True)
class Planned:
    """One call, as both of its peers will play it."""

    caller: Sequence[Step]
    model: ModelScript
    outcome: str


def _good(*steps: Step) -> Planned:
    return Planned(caller=steps, model=ModelScript(replies=[_GREETING]), outcome="caller_hung_up")


_HANGS_UP = _good(UntilBotSpeaks(100), HangUp())
_BAD_ENDS = (
    Planned(
        caller=[UntilBotSpeaks(100), Die()], model=ModelScript(replies=[_GREETING]), outcome="carrier_lost"
    ),
    Planned(
        caller=[UntilClosed()],
        model=ModelScript(replies=[Abort(after_ms=100, during=_GREETING)]),
        outcome="model_failed",
    ),
    Planned(  # the caller is gone before the model is there
        caller=[Pause(40), HangUp()], model=ModelScript(slow_connect_ms=200), outcome="caller_hung_up"
    ),
)
_TALKS = Planned(
    caller=[UntilBotQuiet(300), *(_QUESTION, UntilBotSpeaks(100), UntilBotQuiet(300)) * _TURNS, HangUp()],
    model=ModelScript(replies=[_GREETING, *[_ANSWER] * _TURNS]),
    outcome="caller_hung_up",
)


def short(number: int) -> Planned:
    """Plan a call as short as can be: hung up 100 ms into the greeting. Every second one ends badly."""
    return _BAD_ENDS[number // 2 % len(_BAD_ENDS)] if number % 2 else _HANGS_UP


def talk(_number: int) -> Planned:
    """Plan about 20 s of both sides talking, in turns."""
    return _TALKS


def greeting(_number: int) -> Planned:
    """Plan a call that is hung up 100 ms into the greeting."""
    return _HANGS_UP


SCRIPTS: dict[str, Callable[[int], Planned]] = {"short": short, "talk": talk, "greeting": greeting}
