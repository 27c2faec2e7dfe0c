"""Laughter: has a sound the rhythm of a laugh, rather than of speech?

Of syllables a laugh has three and more, all short, about as loud, and as far apart: ha, ha, ha. To a network
that knows voices it is one. One in a hundred sentences sounds so, too: only its words can tell.
"""

from collections.abc import Sequence
from itertools import groupby, pairwise

_LOUD, _AS_LOUD = 0.4, 0.6  # of the loudest: a syllable, and the peak of each at least
_BETWEEN = 0.3  # and the dips at most
_LONGEST = 8  # frames, of a syllable
_APART, _VARIED = 15, 5  # frames, from one beginning to the next, and how much that varies
_FEWEST = 3


def laughs(levels: Sequence[float]) -> bool:
    """Say whether a sound with these levels, one for each 20 ms, may be nothing but a laugh."""
    loudest, syllables, at = max(levels, default=0.0), list[tuple[int, int]](), 0
    for loud, frames in groupby(levels, lambda level: level >= _LOUD * loudest):
        length = len(list(frames))
        if loud:
            syllables.append((at, at + length))
        at += length
    if len(syllables) < _FEWEST or any(end - begin > _LONGEST for begin, end in syllables):
        return False
    apart = [later - sooner for (sooner, _), (later, _) in pairwise(syllables)]
    dips = [min(levels[end:begin]) for (_, end), (begin, _) in pairwise(syllables)]
    return (
        max(apart) <= _APART
        and max(apart) - min(apart) <= _VARIED
        and max(dips) <= _BETWEEN * loudest
        and min(max(levels[begin:end]) for begin, end in syllables) >= _AS_LOUD * loudest
    )
