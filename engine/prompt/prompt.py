"""What the model is told: one system prompt per business, and the few lines said to it during a call.

Hebrew has a prompt of its own; every other language has the English one, which names the language to speak.
Fixed word for word are only the sentences that every caller hears first.

What the owner typed and what callers said stands in the prompt as data: one line, of bounded length. A
section begins on a line of its own, so no name can open one. What each tool says of itself comes with it.
"""

from collections.abc import Iterable, Iterator, Sequence

from engine.outcome import Outcome
from engine.ports import Back, Profile
from engine.prompt import notice as notices
from engine.prompt.templates import ENGLISH, HEBREW, Template
from engine.tools import Tool

_NAME_CHARS = 120
_LINE_CHARS = 300  # one service, one fact, one of the owner's rules
_GREETING_CHARS = 400
_CALENDAR_CHARS = 500
_HOURS_CHARS = 1_500
_SECTION_CHARS = 2_000  # all services, all facts, all rules
_BEFORE_CHARS = 1_000  # the last of what was said before the line broke

_TEMPLATES = {"en": ENGLISH, "he": HEBREW}
_LANGUAGES = {
    "ar": "Arabic",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "he": "Hebrew",
    "it": "Italian",
    "pt": "Portuguese",
    "ru": "Russian",
}

_GREETINGS = {
    "en": "Hello, this is {name}. How can I help you?",
    "he": "שלום, הגעתם אל {name}. איך אפשר לעזור?",
}
_GREETINGS_AFTER_TRANSFER = {
    "en": "I'm sorry, nobody could take your call just now. Can I take a message?",
    "he": "סליחה, אף אחד לא יכול לענות כרגע. אפשר לקחת הודעה?",
}
_GREETINGS_AFTER_A_CUT = {
    "en": "Sorry about that, we were cut off. Where were we?",
    "he": "סליחה, הקו התנתק לרגע. איפה עצרנו?",
}

_GOODBYES = {
    Outcome.TRANSFERRED: "The caller is being put through to a person now. Say so in one short sentence, and "
    "ask them to stay on the line.",
    Outcome.SILENCE_TIMEOUT: "The caller has not spoken for a long time. Say in one sentence that you cannot "
    "hear them, that they are welcome to call again, and goodbye.",
    Outcome.ONLY_MUSIC: "There is only music on the line. Say in one sentence that you cannot hear "
    "anybody, that they are welcome to call again, and goodbye.",
    Outcome.LONGEST_CALL: "The call has reached its longest time and ends now. Say so kindly in one "
    "sentence, with an invitation to call again, and goodbye.",
    Outcome.SERVER_STOPPED: "The line has to be closed now. Apologise in one sentence, ask the caller to "
    "call again in a minute, and say goodbye.",
}
_REOPENED = {
    Outcome.LONGEST_CALL: "The caller has more to say, so the call goes on for a moment. Answer shortly, "
    "start nothing new, then say goodbye and call end_call.",
}
_STAYS = "The call does not end yet. Go on with it as before, and answer what the caller says now."
_GOODBYE = "The call ends now. Say a short, friendly goodbye in one sentence."


def instructions(profile: Profile, tools: Sequence[Tool]) -> str:
    """Fill the system prompt of one business: its own data, at bounded length, and its tools' guidance."""
    written = "he" if profile.language == "he" else "en"
    words = _TEMPLATES[written]
    guidance = (tool.guidance.get(written) or tool.guidance.get("en") for tool in tools)
    return "\n\n".join(
        (
            words.opening.format(name=_line(profile.name, _NAME_CHARS)),
            words.speaking.format(language=_language(profile)),
            _section(words.truth, _truth(profile, words)),
            f"{_section(words.tools, filter(None, guidance))}\n{words.tool_rules}",
            *_owners_rules(profile, words),
            words.unchangeable.format(name=_line(profile.name, _NAME_CHARS)),
        )
    )


def notice(profile: Profile) -> str:
    """Return what the caller is told first, word for word.

    Empty if nothing is, or not in words that we know.
    """
    if profile.notice is None:
        return ""
    own = _line(profile.notice, _GREETING_CHARS)
    return own or notices.standard(profile.language, recorded=profile.recorded)


def notice_again(words: str) -> str:
    """Write what tells the model that the caller has not heard the notice to its last word."""
    return f"The caller has not heard this yet. Begin your next answer with exactly “{words}”. Then go on."


def greeting(profile: Profile) -> str:
    """Say how the call begins: the notice, then the owner's sentence or the language's own.

    Where we have no words in a language they are described. A caller who is back from a transfer hears the
    notice again: they have expected a person since. Who was cut off may have been so in the middle of it.
    """
    told = notice(profile)
    lead, sentence, described = _BEGINNINGS[profile.back](profile)
    if sentence and (told or profile.notice is None):
        return f"{lead}: {f'{told} {sentence}'.strip()}"
    then = f"{lead}: {sentence}" if sentence else described
    if told:
        return f"Begin with exactly “{told}”. Then: {then}"
    if profile.notice is None:
        return then
    return (
        f"Begin by saying in {_language(profile)}, in one short sentence, that an automated assistant "
        f"answers. Then: {then}"
    )


def keypad(keys: str) -> str:
    """Put what the caller pressed into words for the model; 0 alone asks for a person, as everywhere."""
    if keys.rstrip("#") == "0":
        return "(The caller pressed 0: they ask to speak to a person.)"
    return f"(The caller answered with the telephone's keys: {' '.join(keys)})"


def silence_prompt(n: int) -> str:
    """Write what has the model speak to a silent caller, for the first time (`n` is 1) or again."""
    if n == 1:
        return "The caller is silent. Ask in one short sentence whether they are still there."
    return "The caller is still silent. Say in one sentence that you cannot hear them; ask them to speak."


def still_waiting() -> str:
    """Write what has the model speak to a caller who asked for a moment, and has been away for long."""
    return (
        "The caller asked you to wait, and is still away. Say in one short sentence that you are still "
        "there, and that there is no hurry."
    )


def noisy_line() -> str:
    """Write what tells the model that the caller is hard to hear."""
    return (
        "The caller's line is noisy, and words may be misheard. From now on ask short questions, one thing "
        "at a time, and read back every name, number, day and time. If you still can't understand them, ask "
        "them kindly to turn down what is playing or to move to a quieter place."
    )


def sound_prompt() -> str:
    """Write what has the model speak of a sound on the line in which no voice can be made out."""
    return (
        "There is sound on the caller's line, but no words can be made out. Say so in one short sentence and "
        "ask them to speak up, closer to the phone."
    )


def recording() -> str:
    """Write what has the model ask a caller who sounds like a recording whether a person is there."""
    return (
        "What the caller said sounds like a recording, but a person may be there. Answer in one short "
        "sentence: say that you are listening, and ask them to say yes if somebody is there. Call no tool."
    )


def filler() -> str:
    """Write what has the model ask for patience while a tool is slow.

    That is no answer yet, and no tool is to be called for it.
    """
    return (
        "A tool is still working. Say in three or four words that you are checking, in the language of the "
        "call. Do not say anything about its result and do not call a tool."
    )


def going_on() -> str:
    """Write what has the model finish an answer that broke off, of which the caller hears the beginning."""
    return (
        "Your last answer broke off in the middle, and the caller has heard what there is of it. Do not "
        "begin it again: say the rest shortly, in other words than you were about to. If you were calling "
        "a tool, it was not called: call it now. If nothing is left to say, ask whether that helps."
    )


def answer_lost() -> str:
    """Write what tells the model that nothing of its answer came out, before it is asked once more."""
    return (
        "Your last answer was stopped before the caller heard anything of it, and a tool that you were "
        "calling in it was not called. Answer again, shorter and in other words. If you cannot, say that you "
        "did not catch that, and ask the caller to say it again."
    )


def goodbye(outcome: Outcome = Outcome.COMPLETED) -> str:
    """Write what has the model say the last words of a call with this outcome, without calling a tool."""
    return f"{_GOODBYES.get(outcome, _GOODBYE)} Do not ask anything and do not call a tool."


def reopened(outcome: Outcome) -> str:
    """Write what tells the model that a call that was to end with this outcome goes on."""
    return _REOPENED.get(outcome, _STAYS)


def cut_in() -> str:
    """Write what has the model cut in on a caller who speaks on and on."""
    return (
        "The caller has spoken for a long time without a pause, and may go on. In one short, polite sentence "
        "say what you have understood so far, or that you are listening. Call no tool that changes anything."
    )


def heard_only(words: str) -> str:
    """Say how much of the last answer the caller heard, for a model that can't forget the rest."""
    heard = f"only “{words}”" if words else "only the beginning"
    return f"The caller interrupted you, and has heard {heard} of your last answer."


def heard_nothing() -> str:
    """Say that the caller heard nothing of the last answer, for a model that can't forget it."""
    return "The caller interrupted you, and has heard nothing of your last answer."


def longest_call_warning() -> str:
    """Write what tells the model that the longest time of a call is nearly reached."""
    return (
        "This call must end in about two minutes. Finish what is being done now, start nothing new, "
        "then say goodbye and call end_call."
    )


def _hello(profile: Profile) -> tuple[str, str, str]:
    """Return how the greeting is asked for, in which words, and what to say where we have none."""
    name = _line(profile.name, _NAME_CHARS)
    own = _line(profile.greeting, _GREETING_CHARS)
    described = (
        f"Greet the caller in {_language(profile)} with one short sentence: "
        f"say that this is {name} and ask how you can help."
    )
    return (
        "Greet the caller with exactly",
        own or _GREETINGS.get(profile.language, "").format(name=name),
        described,
    )


def _after_transfer(profile: Profile) -> tuple[str, str, str]:
    described = (
        f"The caller was put through, nobody answered, and they are back. Apologise in {_language(profile)} "
        "in one short sentence and ask whether you can take a message."
    )
    return "Tell the caller exactly", _GREETINGS_AFTER_TRANSFER.get(profile.language, ""), described


def _after_a_cut(profile: Profile) -> tuple[str, str, str]:
    described = (
        f"Apologise in {_language(profile)} in one short sentence that the line broke, "
        "and ask where you were."
    )
    return "Greet the caller with exactly", _GREETINGS_AFTER_A_CUT.get(profile.language, ""), described


_BEGINNINGS = {None: _hello, Back.UNANSWERED: _after_transfer, Back.CUT_OFF: _after_a_cut}


def _truth(profile: Profile, words: Template) -> Iterator[str]:
    """Give what holds in this call, a line each. Empty facts leave no line."""
    yield words.now.format(now=_line(profile.now, _LINE_CHARS))
    if days := _line(profile.calendar, _CALENDAR_CHARS):
        yield words.calendar.format(calendar=days)
    if trade := _line(profile.trade, _LINE_CHARS):
        yield words.trade.format(trade=trade)
    yield words.hours.format(hours=_line(profile.hours, _HOURS_CHARS))
    for heading, entries in ((words.services, profile.services), (words.facts, profile.facts)):
        kept = list(_within(entries, _SECTION_CHARS))
        if kept:
            yield _section(heading, kept, indent="  ")
        if len(kept) < len(entries) and (more := _line(profile.more_facts, _LINE_CHARS)):
            yield more
    people = ", ".join(_within(profile.people, _LINE_CHARS))
    yield words.people.format(people=people) if people else words.nobody
    if caller := _line(profile.caller, _LINE_CHARS):
        yield words.caller.format(caller=caller)
    if profile.back is not None:
        yield words.unanswered if profile.back is Back.UNANSWERED else words.cut_off
    # The last of it, if it is much.
    if before := list(_within(reversed(profile.before), _BEFORE_CHARS)):
        yield _section(words.before, reversed(before), indent="  ")
    yield words.nothing_else


def _owners_rules(profile: Profile, words: Template) -> Iterator[str]:
    if rules := list(_within(profile.rules.splitlines(), _SECTION_CHARS)):
        yield _section(words.owners_rules, rules)


def _section(heading: str, lines: Iterable[str], *, indent: str = "") -> str:
    return "\n".join((heading, *(f"{indent}- {line}" for line in lines)))


def _within(entries: Iterable[str], longest: int) -> Iterator[str]:
    """Give the first of these that fit together, each as one line of data; empty ones are left out."""
    for entry in entries:
        line = _line(entry, _LINE_CHARS)
        longest -= len(line) + len("  - \n")
        if longest < 0:
            return
        if line:
            yield line


def _line(text: str, longest: int) -> str:
    """Write data as one line: no control or formatting character, no more than that many characters."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text[: 2 * longest]).split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def _language(profile: Profile) -> str:
    return _LANGUAGES.get(profile.language, f'the language with the ISO 639-1 code "{profile.language}"')
