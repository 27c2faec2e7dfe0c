"""A page's HTML as a strict reader takes it: its forms, what is wrong with it, and where its words stand."""

from html.parser import HTMLParser

from attrs import Factory, define, frozen

_VOID = {"meta", "link", "input", "br", "hr", "img"}
_REFERRING = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "list")
# What stands in these reorders nothing beside it, or is not shown at all.
_ISOLATED = {"bdi", "textarea", "option", "title", "desc", "pre", "text"}
_TICKED = {"checkbox", "radio"}


@frozen
class Form:
    """What one button of a form sends, and where to; to the page itself if the action is empty."""

    method: str
    action: str
    fields: tuple[tuple[str, str], ...]


@define
class _Open:
    method: str
    action: str
    fields: list[tuple[str, str]] = Factory(list)
    buttons: list[list[tuple[str, str]]] = Factory(list)


class Markup(HTMLParser):
    """One page, read whole."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.problems: list[str] = []
        self.elements: set[str] = set()
        self.loose: list[str] = []  # text that nothing isolates
        self._within: list[str] = []
        self._unseen: list[int] = []  # how deep what is not shown begins
        self._ids: set[str] = set()
        self._referred: set[str] = set()
        self._form: _Open | None = None
        self._text_of: str | None = None  # the textarea that is being read
        self._choices: list[tuple[bool, str]] = []
        self.feed(html)
        self.close()
        self.problems += [f"<{tag}> is not closed" for tag in self._within]
        self.problems += [f"nothing has the id {name}" for name in sorted(self._referred - self._ids)]

    def handle_startendtag(self, tag, attrs):
        self._begun(tag, dict(attrs))

    def handle_starttag(self, tag, attrs):
        if tag == "option" and self._within[-1] == "option":
            self._within.pop()
        self._begun(tag, dict(attrs))
        if tag not in _VOID:
            self._within.append(tag)
            self._unseen += [len(self._within)] if dict(attrs).get("class") == "unseen" else []

    def handle_endtag(self, tag):
        if self._within[-1:] == ["option"] and tag in ("select", "datalist"):
            self._within.pop()
        if self._within[-1:] == [tag]:
            self._unseen = [depth for depth in self._unseen if depth < len(self._within)]
            self._within.pop()
        else:
            self.problems.append(f"</{tag}> closes {self._within[-1:]}")
        if tag == "form" and self._form:
            self._sends(self._form)
            self._form = None
        elif tag == "select" and self._form:
            chosen = [value for selected, value in self._choices if selected] or [
                value for _, value in self._choices[:1]
            ]
            self._form.fields += [(self._text_of or "", value) for value in chosen]

    def handle_data(self, data):
        if not self._unseen and not _ISOLATED & set(self._within):
            self.loose.append(data)
        if self._form and self._within[-1:] == ["textarea"]:
            self._form.fields.append((self._text_of or "", data.removeprefix("\n")))

    def _begun(self, tag, attributes):
        self.elements.add(tag)
        if name := attributes.get("id"):
            self.problems += [f"the id {name} is there twice"] if name in self._ids else []
            self._ids.add(name)
        self.problems += [
            f"<{tag} {name}>" for name in attributes if name == "style" or name.startswith("on")
        ]
        for name in _REFERRING:
            self._referred |= set((attributes.get(name) or "").split())
        if tag == "form":
            self._form = _Open(attributes.get("method", "get"), attributes.get("action", ""))
        elif self._form:
            self._filled(self._form, tag, attributes)

    def _filled(self, form, tag, attributes):
        name, value, kind = attributes.get("name"), attributes.get("value") or "", attributes.get("type")
        if tag == "button":
            form.buttons.append([(name, value)] if name else [])
        elif tag == "option":
            self._choices.append(("selected" in attributes, value))
        elif tag in ("select", "textarea"):
            self._text_of, self._choices = name, []
        elif tag == "input" and name and (kind not in _TICKED or "checked" in attributes):
            form.fields.append((name, value))

    def _sends(self, form):
        for pressed in form.buttons:
            self.forms.append(Form(form.method, form.action, (*form.fields, *pressed)))
