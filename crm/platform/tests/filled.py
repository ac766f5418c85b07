"""The forms of a page as a browser would send them untouched."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

TICKED = {"checkbox", "radio"}


@dataclass
class SentForm:
    """Where a form goes, and its names with the values that stand in it."""

    action: str
    values: dict[str, list[str]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    choices: dict[str, list[str]] = field(default_factory=dict)  # what a name may be set to
    kinds: dict[str, str] = field(default_factory=dict)  # types of inputs, such as hidden or date

    @property
    def hidden(self) -> list[str]:
        return [name for name, kind in self.kinds.items() if kind == "hidden"]


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms: list[SentForm] = []
        self.form: SentForm | None = None
        self.named = self.text = ""
        self.takes_first = True

    def handle_starttag(self, tag, attrs):
        has = dict(attrs)
        if tag == "form":
            is_post = (has.get("method") or "").lower() == "post"
            self.form = SentForm(has.get("action") or "") if is_post else None
            if self.form:
                self.forms.append(self.form)
        elif self.form and tag == "option" and self.named:
            self._option(has)
        elif self.form and has.get("name"):
            self._control(tag, has)

    def _control(self, tag, has):
        name, kind = has["name"], has.get("type", "text")
        if tag == "select":
            self.named, self.takes_first = name, "multiple" not in has
            self.form.choices.setdefault(name, [])
        elif tag == "textarea":
            self.named, self.text = name, ""
        elif kind == "file":
            self.form.files.append(name)
        elif kind in TICKED or tag == "button":
            value = has.get("value", "on")
            self.form.choices.setdefault(name, []).append(value)
            if "checked" in has:
                self.form.values.setdefault(name, []).append(value)
        elif tag == "input":
            self.form.kinds[name] = kind
            self.form.values.setdefault(name, []).append(has.get("value") or "")

    def _option(self, has):
        value = has.get("value") or ""
        self.form.choices[self.named].append(value)
        if "selected" in has:
            self.form.values.setdefault(self.named, []).append(value)

    def handle_data(self, data):
        self.text += data

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        elif tag == "select":
            if self.takes_first and self.form and self.form.choices.get(self.named):
                first = self.form.choices[self.named][:1]
                self.form.values.setdefault(self.named, first)
            self.named = ""
        elif tag == "textarea" and self.form:
            self.form.values[self.named] = [self.text.removeprefix("\n")]
            self.named = ""


def forms_of(html: str) -> list[SentForm]:
    """Every form of the page that posts, in order."""
    reader = _Reader()
    reader.feed(html)
    for form in reader.forms:
        form.values.pop("csrfmiddlewaretoken", None)
    return reader.forms
