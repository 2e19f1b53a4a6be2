"""The JSON Schemas of mfa-setup.toml and of fleet files, built from the table of settings.

The schemas accept every file that the readers accept. The readers refuse more than a schema can express: values that
contradict each other, text that looks like a secret, or two tenants with the same domain.
"""

from collections.abc import Callable
from typing import Any, get_args

from mfa_setup.settings import fleet, parsers
from mfa_setup.settings.schema import PANELS, SECTIONS, Setting

DIALECT = "https://json-schema.org/draft/2020-12/schema"
JsonSchema = dict[str, Any]

_DECIMAL = rf"^({parsers.DECIMAL})$"
_VALUES: dict[Callable[[str], Any], JsonSchema] = {
    parsers.domain: {"type": "string", "pattern": r"^[^\s/?#@]+$"},
    parsers.application_name: {"type": "string", "pattern": r"^[^<>]*[^\s<>][^<>]*$"},
    parsers.url: {"type": "string", "pattern": r"^[Hh][Tt][Tt][Pp][Ss]?://[^\s,#/?@]+([/?][^\s,#]*)?$"},
    parsers.origin: {"type": "string", "pattern": r"^[Hh][Tt][Tt][Pp][Ss]?://[^\s,#/?@]+/?\??$"},
    parsers.path: {"type": "string", "pattern": r"\S"},
    parsers.country: {"type": "string", "pattern": r"^[A-Za-z]{2}$"},
    parsers.sender: {
        "type": "string",
        "pattern": f"^({parsers.E164}|{parsers.SHORT_CODE}|{parsers.SENDER_NAME})$",
    },
    parsers.template: {"type": "string", "pattern": r"\{\{[^}]*code[^}]*\}\}", "maxLength": parsers.LONGEST_TEMPLATE},
    parsers.scoped_name: {"type": "string", "pattern": r"\S"},
    parsers.price: {
        "anyOf": [
            {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1_000_000},
            {"type": "string", "pattern": _DECIMAL},
        ]
    },
    parsers.percent: {
        "anyOf": [{"type": "integer", "minimum": 1, "maximum": 99}, {"type": "string", "pattern": _DECIMAL}]
    },
}
"""What a schema can express of each parser that is more than one pattern."""


def config_schema() -> JsonSchema:
    """Returns the JSON Schema of a settings file, for editors and linters."""
    return {
        "$schema": DIALECT,
        "title": "Settings of mfa-setup (mfa-setup.toml)",
        "description": "Every key is optional. An option or an environment variable overrides the file.",
        "type": "object",
        "additionalProperties": False,
        "properties": _sections(),
        "examples": [{"auth0": {"domain": "acme.eu.auth0.com"}, "policy": {"require_mfa": "always"}}],
    }


def fleet_schema() -> JsonSchema:
    """Returns the JSON Schema of a fleet file."""
    sections = _sections()
    domain = sections.pop("auth0")["properties"]["domain"]
    references = {name: {"$ref": f"#/$defs/{name}"} for name in [*sections, "credentials"]}
    tenant = {
        "type": "object",
        "description": "One tenant: its domain, its credentials, and the settings that override the defaults.",
        "additionalProperties": False,
        "required": ["domain"],
        "properties": {"domain": domain, **references},
    }
    login = {key: {"env": key.upper()} for key in ("auth0_client_id", "auth0_client_secret")}
    return {
        "$schema": DIALECT,
        "title": "Fleet file of mfa-setup",
        "description": "The tenants of `mfa-setup fleet`. Credentials are references to variables or files.",
        "type": "object",
        "additionalProperties": False,
        "required": ["tenants"],
        "properties": {
            "defaults": {
                "type": "object",
                "description": "Settings and credentials of every tenant that does not set them itself.",
                "additionalProperties": False,
                "properties": references,
            },
            "tenants": {
                "type": "object",
                "description": "The tenants by name, in the order in which they are worked at.",
                "minProperties": 1,
                "additionalProperties": False,
                "patternProperties": {f"^{fleet.NAME}$": tenant},
            },
        },
        "$defs": {**sections, "credentials": _credentials()},
        "examples": [{"tenants": {"acme-eu": {"domain": "acme.eu.auth0.com", "credentials": login}}}],
    }


def _sections() -> dict[str, JsonSchema]:
    """Returns the schema of each section; a section within another one is a property of that."""
    found: dict[str, JsonSchema] = {}
    for name, known in SECTIONS.items():
        lasting = {key: _value(setting) for key, setting in known.items() if not setting.one_shot}
        section = {
            "type": "object",
            "description": f"{next(panel for panel, named in PANELS.values() if named == name)}.",
            "additionalProperties": False,
            "properties": lasting,
        }
        outer, _, inner = name.rpartition(".")
        (found[outer]["properties"] if outer else found)[inner] = section
    return found


def _value(setting: Setting) -> JsonSchema:
    """Returns the schema of one key."""
    default = list(setting.default) if isinstance(setting.default, tuple) else setting.default
    examples: dict[str, Any] = {"list": [setting.example], "boolean": True}
    example = float(setting.example) if setting.kind == "number" else examples.get(setting.kind, setting.example)
    return {
        "description": setting.help,
        **_form(setting),
        **({} if default is None else {"default": default}),
        "examples": [example],
    }


def _form(setting: Setting) -> JsonSchema:
    if setting.kind == "boolean":
        return {"type": "boolean"}
    if setting.kind == "choice":
        return {"enum": list(get_args(setting.choices))}
    parser = setting.parser
    form = {"type": "string", "pattern": f"^({parser.form})$"} if isinstance(parser, parsers.Form) else _VALUES[parser]
    if setting.kind != "list":
        return form
    if setting.separator:
        item = form["pattern"].removeprefix("^").removesuffix("$")
        form = {**form, "pattern": f"^ *{item} *({setting.separator} *{item} *)*$"}
    return {"type": "array", "minItems": 1, "items": form}


def _credentials() -> JsonSchema:
    variable = {"type": "string", "pattern": f"^{fleet.VARIABLE}$", "description": "Name of an environment variable."}
    file = {"type": "string", "pattern": r"\S", "description": "Path of a file with the credential and nothing else."}
    forms = [
        {"type": "object", "additionalProperties": False, "required": [kind], "properties": {kind: form}}
        for kind, form in {"env": variable, "file": file}.items()
    ]
    keys = {
        key: {
            "description": f"Reference to the credential that {name} contains in a run for one tenant.",
            "oneOf": forms,
            "examples": [{"env": name}],
        }
        for key, name in fleet.CREDENTIALS.items()
    }
    return {
        "type": "object",
        "description": "References to credentials, never credentials themselves.",
        "additionalProperties": False,
        "properties": keys,
    }
