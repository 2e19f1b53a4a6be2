"""A browser without JavaScript: follows redirects and links, and fills in forms by their labels."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx


@dataclass
class Field:
    """A field of a form.

    Attributes:
        name: Its name.
        kind: Its type, `select` for a choice.
        value: What it holds.
        checked: Whether it is sent, for boxes and radio buttons.
        identifier: The `id` that its label points to.
        options: The texts of a choice, with their values.
        attributes: The attributes of its element.
    """

    name: str
    kind: str
    value: str
    checked: bool = True
    identifier: str = ""
    options: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass
class Button:
    """A button of a form, with what it sends."""

    text: str
    name: str
    value: str


@dataclass
class Form:
    """A form of a page."""

    action: str
    method: str
    fields: list[Field] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)


class Page(HTMLParser):
    """What a page shows, and what can be done on it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: dict[str, str] = {}
        self.labels: dict[str, Field | str] = {}
        self.alerts: list[str] = []
        self.heading = ""
        self.title = ""
        self.text = ""
        self._open: list[tuple[str, dict[str, str], int]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form, a field, or where an element's text begins."""
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(found.get("action", ""), found.get("method", "get")))
        elif tag == "input":
            self._add(found)
        elif tag == "select":
            self.forms[-1].fields.append(
                Field(found.get("name", ""), "select", "", identifier=found.get("id", ""), attributes=found)
            )
        if tag not in {"input", "meta", "link"}:
            self._open.append((tag, found, len(self.text)))

    def _add(self, found: dict[str, str]) -> None:
        kind = found.get("type", "text")
        checked = "checked" in found if kind in {"checkbox", "radio"} else True
        value = found.get("value", "on" if kind in {"checkbox", "radio"} else "")
        made = Field(found.get("name", ""), kind, value, checked, found.get("id", ""), attributes=found)
        self.forms[-1].fields.append(made)
        if self._open and any(tag == "label" for tag, _, _ in self._open):
            self.labels[f"\0{len(self.labels)}"] = made

    def handle_data(self, data: str) -> None:
        """Collect the text."""
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        """Do what the end of an element means."""
        while self._open:
            name, attributes, start = self._open.pop()
            if name == tag:
                self._ended(tag, attributes, " ".join(self.text[start:].split()))
                return

    def _ended(self, tag: str, attributes: dict[str, str], text: str) -> None:
        if attributes.get("role") == "alert":
            self.alerts.append(text)
        if tag == "h1":
            self.heading = text
        elif tag == "title":
            self.title = text
        elif tag == "a":
            self.links[text] = attributes.get("href", "")
        elif tag == "option":
            self._option(attributes, text)
        elif tag == "button":
            button = Button(text, attributes.get("name", ""), attributes.get("value", ""))
            self.forms[-1].buttons.append(button)
        elif tag == "label":
            self._label(attributes, text)

    def _option(self, attributes: dict[str, str], text: str) -> None:
        choice = self.forms[-1].fields[-1]
        choice.options[text] = attributes.get("value", text)
        if "selected" in attributes or not choice.value:
            choice.value = attributes.get("value", text)

    def _label(self, attributes: dict[str, str], text: str) -> None:
        if "for" in attributes:
            self.labels[text] = attributes["for"]
            return
        wrapped = next(key for key in self.labels if key.startswith("\0"))
        self.labels[text] = self.labels.pop(wrapped)

    def field(self, label: str) -> tuple[Form, Field]:
        """The field with this label, and its form."""
        target = self.labels[label]
        for form in self.forms:
            for one in form.fields:
                if one is target or (isinstance(target, str) and one.identifier == target):
                    return form, one
        raise AssertionError(f"the label {label!r} belongs to no field")


class Browser:
    """One browser with its cookies, and the page that it shows.

    It stops where a redirect leaves the server: `callback` is then the URL that the application would get.
    """

    def __init__(self, http: httpx.Client) -> None:
        self.http = http
        self.response = httpx.Response(204)
        self.page = Page("")
        self.address = ""
        self.callback: httpx.URL | None = None

    def open(self, address: str, **params: str) -> Page:
        """Open an address of the server."""
        return self._go("GET", address, params=params or None)

    def click(self, text: str) -> Page:
        """Follow a link."""
        return self._go("GET", urljoin(self.address, self.page.links[text]))

    def submit(self, button: str = "Continue") -> Page:
        """Press a button of a form, with what its fields hold."""
        form, pressed = next((f, b) for f in self.page.forms for b in f.buttons if b.text == button)
        sent = [(one.name, one.value) for one in form.fields if one.name and one.checked]
        if pressed.name:
            sent.append((pressed.name, pressed.value))
        data: dict[str, str] = dict(sent)
        return self._go(form.method.upper(), urljoin(self.address, form.action), data=data)

    def fill(self, label: str, value: str) -> None:
        """Type into a field, or choose from a list by its text."""
        _, found = self.page.field(label)
        found.value = found.options[value] if found.kind == "select" else value

    def tick(self, label: str, *, on: bool = True) -> None:
        """Tick a box, or choose a radio button of its group."""
        form, found = self.page.field(label)
        if found.kind == "radio":
            for other in form.fields:
                if other.name == found.name:
                    other.checked = False
        found.checked = on

    def _go(self, method: str, address: str, **options: object) -> Page:
        self.callback = None
        response = self.http.request(method, address, **options)  # type: ignore[arg-type]
        while response.is_redirect:
            target = response.url.join(response.headers["location"])
            if (target.host, target.port) != (response.url.host, response.url.port):
                self.callback, self.page = target, Page("")
                break
            response = self.http.get(target)
        self.response, self.address = response, str(response.url)
        if self.callback is None:
            self.page = Page(response.text)
        return self.page
