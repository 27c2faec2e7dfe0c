"""What a language needs so that its statements can be told from questions, offers and denials."""

import re
from collections.abc import Callable, Mapping

from attrs import frozen

from office.language.grammar import Grammar


@frozen(kw_only=True)
class Phrases:
    """How one language states what was done. Its patterns are for `spoken_dates.plain` words, spelled out."""

    grammar: Grammar  # how it names days and times
    before_sentences: Callable[[str], str]  # takes away points that end no sentence
    spelled_out: Callable[[str], str]  # "you're" as "you are"
    # By kind. A group `vague` marks words that state something only with a day or a time beside them.
    done: Mapping[str, tuple[re.Pattern[str], ...]]
    asks: re.Pattern[str]  # the beginning of a sentence that is a question as a whole
    clause_ends: re.Pattern[str]
    conditions: re.Pattern[str]  # anywhere before the statement
    conditions_after: re.Pattern[str]  # after it, in its clause
    denials: re.Pattern[str]  # in its clause, before it or within: not done, or not yet
    advice: re.Pattern[str]  # how what to do about it begins, behind the statement
    and_another: re.Pattern[str]  # between two appointments of one statement
    and_done: re.Pattern[str]  # between two statements of one subject: "cancelled Tuesday and booked you"
    moved_to: re.Pattern[str]  # the group `to` begins with the new time
