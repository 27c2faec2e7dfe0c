"""Where the caller is: what is heard beside the voice, and what the line does to it."""

from collections.abc import Callable

from attrs import frozen

from benchmarks.turns import noises
from benchmarks.turns.acoustics import Echo, Room
from benchmarks.turns.scene import CALLER_DBFS, Cast
from benchmarks.turns.sounds import Sound, Source, amplitude, babble, unit

Noise = Callable[[Cast, list[Sound], Source], Sound]  # at RMS 1
_NOISE_S = 30
_BABBLERS = 8
_ON_TELEVISION = 2


@frozen(kw_only=True)
class Setting:
    """Where the caller is: what is heard beside the voice."""

    noise: Noise | None = None
    below_db: float = 0.0  # the noise, under the caller's voice
    echo_db: float | None = None  # weaker than what the line plays
    echo_late_ms: tuple[float, float] = (60, 400)
    loss: float = 0.0
    spread_ms: float = 20.0
    stall_ms: float = 0.0  # of delivery, every two seconds

    def room(self, cast: Cast, music: list[Sound], source: Source) -> Room | None:
        """Make the acoustics of one call."""
        if self == CLEAN:
            return None
        noise = None
        if self.noise is not None:
            noise = self.noise(cast, music, source) * amplitude(CALLER_DBFS - self.below_db)
        echo = (
            None if self.echo_db is None else Echo(self.echo_db, late_ms=source.uniform(*self.echo_late_ms))
        )
        return Room(source=source, noise=noise, echo=echo, loss=self.loss)


CLEAN = Setting()

# The noises, each for one call


def steady(make: Callable[[Source, float], Sound]) -> Noise:
    """Make a noise that needs nobody."""
    return lambda _cast, _music, source: make(source, _NOISE_S)


def music(_cast: Cast, pieces: list[Sound], source: Source) -> Sound:
    """Play one of the pieces."""
    piece = pieces[source.integers(len(pieces))]
    return unit(piece)


def several_voices(cast: Cast, _music: list[Sound], source: Source) -> Sound:
    """Let people talk at once."""
    voices = [[clip.sound for clip in clips] for clips in cast.others[:_BABBLERS]]
    return babble(source, voices, _NOISE_S)


def television(cast: Cast, pieces: list[Sound], source: Source) -> Sound:
    """Put a television into the room."""
    speakers = [[clip.sound for clip in clips] for clips in cast.others[:_ON_TELEVISION]]
    return noises.television(source, speakers, music(cast, pieces, source), _NOISE_S)


def child(cast: Cast, _music: list[Sound], source: Source) -> Sound:
    """Put a child beside the caller."""
    return noises.child(source, [clip.sound for clip in cast.others[0]], _NOISE_S)
