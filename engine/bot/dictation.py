"""Whether the bot has just asked for something that people say in groups: a number, a name, an address.

By its own heard words, which is all that a conversation has to go by: a tool that waits for a name makes the
bot ask for it. A wrong guess costs the caller a third of a second.
"""

import re

from engine.bot.transcript import QUESTION_MARKS

_DICTATED = re.compile(
    r"\b(?:names?|surname|numbers?|digits?|phone|spell(?:ed|ing)?|e-?mail|address|code)\b"
    r"|שם|שמך|שמכם|מספר|טלפון|ספרות|לאיית|איות|דוא|אימייל|מייל|כתובת|קוד",
    re.IGNORECASE,
)
_SENTENCE = re.compile(rf"[^.!{QUESTION_MARKS}]+[.!{QUESTION_MARKS}]*")


def asks_to_dictate(heard: str) -> bool:
    """Whether the last sentence that the caller heard asks for a number, a name or an address."""
    sentences = _SENTENCE.findall(heard.strip())
    return bool(sentences and _DICTATED.search(sentences[-1]))
