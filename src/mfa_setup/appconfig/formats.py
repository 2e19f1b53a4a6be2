"""The two formats of a config file, a JSON object and lines of variables (`.env`), and the edits that set its values.

A pair is a domain and a client ID that belong together.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mfa_setup.appconfig import env_lines, jsonc
from mfa_setup.appconfig.edits import Edit, merged
from mfa_setup.appconfig.env_lines import Variable
from mfa_setup.appconfig.jsonc import Member, Node
from mfa_setup.appconfig.names import (
    FIELDS,
    Name,
    counterpart,
    is_auth0,
    is_foreign,
    is_placeholder,
    marks_another,
    name_of,
)
from mfa_setup.errors import ConfigUnreadableError

Values = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class JsonForm:
    """A config file with a JSON object, in which comments and trailing commas are allowed, and the pair in the object.

    Attributes:
        text: The whole text of the file.
        home: The object that contains the pair or will receive it; None in an empty file.
        held: The members that hold the domain and the client ID; both members if a name occurs twice.
        is_known: Whether the names in the file suggest that it is a config file for Auth0; also True for an empty file
            or object.
    """

    text: str
    home: Node | None
    held: Mapping[str, tuple[Member, ...]]
    is_known: bool

    @property
    def values(self) -> dict[str, str | None]:
        """The domain and the client ID in the file; if a key occurs twice, the last value counts."""
        return {field: next((one.value.text for one in reversed(self.held[field])), None) for field in FIELDS}

    def with_values(self, values: Values) -> Iterator[Edit]:
        """Yields the edits that set the domain and the client ID; the value None removes a member."""
        names = self._new_names()
        if new := {names[field]: text for field in FIELDS if not self.held[field] and (text := values[field])}:
            there = next((self.held[field][-1] for field in FIELDS if self.held[field]), None)
            yield jsonc.insertion(self.text, self.home, new, after=there)
        if self.home is None:
            return
        gone = [member for field in FIELDS if values[field] is None for member in self.held[field]]
        yield from jsonc.removal(self.text, self.home, gone)
        for field in FIELDS:
            wanted = values[field]
            for member in self.held[field]:
                if wanted is not None and (member.value.kind, member.value.text) != ("string", wanted):
                    yield Edit(member.value.start, member.value.end, jsonc.literal(wanted))

    def placeholders(self) -> Iterator[tuple[str, str, list[Edit]]]:
        """Yields the placeholders in the file apart from the pair: name, text, and the edits that remove each."""
        ours = [member for members in self.held.values() for member in members]
        for path, node in jsonc.containers(self.home) if self.home and self.is_known else ():
            gone = [
                one
                for one in node.members
                if one not in ours and one.value.kind == "string" and is_placeholder(one.value.text)
            ]
            cuts = jsonc.removal(self.text, node, gone)
            for at, member in enumerate(gone):
                name = ".".join((*path, member.name) if member.name else path)
                yield name, member.value.text, [] if at else cuts

    def text_of(self, name: str) -> str | None:
        """Returns the string with this name in the object that contains the pair; None if there is no such string."""
        members = self.home.members if self.home else []
        return next((one.value.text for one in members if one.name == name and one.value.kind == "string"), None)

    def _new_names(self) -> dict[str, str]:
        for field, other in zip(FIELDS, reversed(FIELDS), strict=True):
            if self.held[field]:
                return {field: "", other: counterpart(self.held[field][-1].name)}
        return {"domain": "domain", "client_id": "clientId"}


@dataclass(frozen=True, slots=True)
class EnvForm:
    """A config file with lines of variables, and the pair in it.

    Attributes:
        text: The whole text of the file.
        names: The names of the two variables that the app reads.
        is_known: Always True, because lines can be added to any such file.
    """

    text: str
    names: tuple[str, str]
    is_known: bool = True

    @property
    def values(self) -> dict[str, str | None]:
        """The domain and the client ID in the file; if a key occurs twice, the last value counts."""
        return {field: next((one.text for one in reversed(self._held(field))), None) for field in FIELDS}

    def with_values(self, values: Values) -> Iterator[Edit]:
        """Yields the edits that set the domain and the client ID; the value None removes a variable."""
        for field in FIELDS:
            wanted = values[field]
            for variable in self._held(field):
                if wanted is None:
                    yield env_lines.removal(self.text, variable)
                elif variable.text != wanted:
                    yield env_lines.replacement(variable, wanted)
        names = dict(zip(FIELDS, self.names, strict=True))
        if new := {names[field]: text for field in FIELDS if not self._held(field) and (text := values[field])}:
            yield env_lines.addition(self.text, new)

    def placeholders(self) -> Iterator[tuple[str, str, list[Edit]]]:
        """Yields placeholders like `JsonForm.placeholders`, among the variables with the same prefix as the pair."""
        begin = self.names[0].upper().removesuffix("DOMAIN")
        if "AUTH" not in begin:
            return
        ours = [variable for field in FIELDS for variable in self._held(field)]
        for variable in env_lines.variables(self.text):
            if variable.name.startswith(begin) and variable not in ours and is_placeholder(variable.text):
                yield variable.name, variable.text, [env_lines.removal(self.text, variable)]

    def _held(self, field: str) -> list[Variable]:
        wanted = name_of(self.names[FIELDS.index(field)])
        return [variable for variable in env_lines.variables(self.text) if name_of(variable.name) == wanted]


Form = JsonForm | EnvForm


def is_env(path: Path) -> bool:
    """Whether a path names a file with lines of variables: `.env` or `.env.*`, but not `*.json`."""
    return path.suffix != ".json" and (path.name == ".env" or path.name.startswith(".env."))


def read(path: Path, text: str, names: tuple[str, str]) -> Form:
    """Reads a config file in its format.

    Args:
        path: The path of the file; its name determines the format.
        text: The text of the file.
        names: The names of the two variables, for a file with lines of variables.

    Raises:
        ConfigUnreadableError: The text is not a JSON object or contains several pairs, or the value of a variable spans
            several lines.
    """
    if is_env(path):
        return _env_form(path, text, names)
    if not text.removeprefix(jsonc.BOM).strip():
        return JsonForm(text, None, dict.fromkeys(FIELDS, ()), is_known=True)
    try:
        root = jsonc.parse(text)
    except jsonc.UnreadableError:
        raise ConfigUnreadableError(
            f"The app's config file {path} is not a JSON object.", hint="Fix or remove the file."
        ) from None
    return _json_form(path, text, root)


def _env_form(path: Path, text: str, names: tuple[str, str]) -> EnvForm:
    form = EnvForm(text, names)
    if any("\n" in (value or "") for value in form.values.values()):  # for example an unclosed quotation mark
        raise ConfigUnreadableError(
            f"In the app's config file {path}, the value of {names[0]} or {names[1]} spans several lines.",
            hint="Check the file for an unclosed quotation mark.",
        )
    return form


def filled(form: Form, domain: str, client_id: str) -> list[Edit]:
    """Returns the edits that set both values and remove placeholders."""
    dropped = [edit for _, _, edits in form.placeholders() for edit in edits]
    return merged([*form.with_values({"domain": domain, "client_id": client_id}), *dropped])


@dataclass(frozen=True, slots=True)
class _Pair:
    home: Node
    path: tuple[str, ...]
    stem: str
    held: Mapping[str, tuple[Member, ...]]

    @property
    def is_whole(self) -> bool:
        return all(self.held.values())

    @property
    def is_foreign(self) -> bool:
        """Whether the pair belongs to another service, according to its values or the names around it."""
        domain = _text_of(self, "domain")
        if self.tells or is_auth0(domain) or is_placeholder(domain):
            return False
        names = [*self.path, *(member.name for member in self.home.members)]
        return is_foreign(domain) or is_foreign(_text_of(self, "client_id")) or marks_another(names)

    def adds_to(self, half: "_Pair") -> bool:
        """Whether this pair holds a value that the other pair lacks."""
        return any(self.held[field] and not half.held[field] for field in FIELDS)

    @property
    def tells(self) -> bool:
        """Whether the names of the pair or of the objects around it contain `auth0`."""
        return "AUTH0" in f"{self.stem} {' '.join(self.path)}".upper()


def _json_form(path: Path, text: str, root: Node) -> JsonForm:
    pairs = list(_pairs(root))
    whole = [pair for pair in pairs if pair.is_whole and not pair.is_foreign]
    found = [pair for pair in whole if pair.tells] or whole or [pair for pair in pairs if _is_half(pair, path)]
    others = [pair for pair in pairs if found and not found[0].is_whole and pair.adds_to(found[0])]
    if len(found) > 1 or others:
        raise ConfigUnreadableError(
            f"The app's config file {path} has a domain or a client ID in several places, and mfa-setup cannot "
            "tell which of them the app reads.",
            hint="Edit that file manually, or name another file with --write-config.",
        )
    if found:
        return JsonForm(text, found[0].home, found[0].held, is_known=True)
    there = next((pair.held for pair in pairs if pair.home is root), dict.fromkeys(FIELDS, ()))
    return JsonForm(text, root, there, is_known=not root.members)


def _is_half(pair: _Pair, path: Path) -> bool:
    """Whether an incomplete pair belongs to Auth0, according to its names, its domain, or the name of the file.

    A client ID alone is no evidence. A domain alone is evidence at the top level of a file named after Auth0's samples
    (`auth_config…`) or after Auth0.
    """
    domain = _text_of(pair, "domain")
    if pair.is_whole or pair.is_foreign:
        return False
    if not pair.path and pair.held["domain"] and (path.name.startswith("auth_config") or "auth0" in path.name):
        return True
    return pair.tells or is_auth0(domain) or is_placeholder(domain)


def _text_of(pair: _Pair, field: str) -> str:
    return pair.held[field][-1].value.text if pair.held[field] else ""


def _pairs(root: Node) -> Iterator[_Pair]:
    """Yields the pairs, complete or not, in each object: a domain and a client ID whose names begin alike.

    If an object has no complete pair, its values form one pair even if their names begin differently.
    """
    for path, node in jsonc.containers(root):
        named = [(name, member) for member in node.members if (name := _field_of(member))]
        stems = list(dict.fromkeys(name.stem for name, _ in named))
        found = [_Pair(node, path, stem, _held(named, stem)) for stem in stems]
        if len(found) > 1 and not any(pair.is_whole for pair in found):
            together = {field: tuple(member for name, member in named if name.field == field) for field in FIELDS}
            found = [_Pair(node, path, " ".join(stems), together)]
        yield from found


def _held(named: list[tuple[Name, Member]], stem: str) -> dict[str, tuple[Member, ...]]:
    return {field: tuple(member for name, member in named if name == Name(field, stem)) for field in FIELDS}


def _field_of(member: Member) -> Name | None:
    """Returns what a member stands for, if its name may be Auth0's and its value can be set; otherwise None."""
    name = name_of(member.name)
    return name if name and name.tells and member.value.kind in {"string", "other"} else None
