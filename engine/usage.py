"""What a model has used: tokens by what they were, and the sound that was written down."""

from attrs import asdict, frozen


@frozen(kw_only=True)
class Usage:
    """Of one response, of one transcript, or of many. Each response counts the whole conversation anew."""

    responses: int = 0
    audio_in: int = 0  # tokens, those that were cached among them
    audio_cached: int = 0
    text_in: int = 0
    text_cached: int = 0
    audio_out: int = 0
    text_out: int = 0
    unsorted: int = 0  # tokens that came in of which nobody said what they were
    unsorted_out: int = 0
    given_up_in: int = 0  # of all these, those of answers that were given up: the caller went on
    given_up_out: int = 0
    transcribed_ms: int = 0  # of the caller's sound, by the model that writes down what they say
    transcript_tokens: int = 0  # instead, where that model counts in tokens

    @property
    def tokens_in(self) -> int:
        """All tokens that came in."""
        return self.audio_in + self.text_in + self.unsorted

    @property
    def tokens_out(self) -> int:
        """All tokens that went out."""
        return self.audio_out + self.text_out + self.unsorted_out


def total(one: Usage, other: Usage) -> Usage:
    """Add up two of them."""
    added = asdict(other)
    return Usage(**{name: number + added[name] for name, number in asdict(one).items()})
