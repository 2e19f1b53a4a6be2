"""Config files of every shape: what is put into them, to the last character, and what an undo takes out again."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_setup.appconfig import ConfigFile, formats, jsonc
from mfa_setup.appconfig.edits import applied, changes, reversed_in
from mfa_setup.appconfig.file import VITE
from mfa_setup.errors import ConfigUnreadableError

DOMAIN, CLIENT_ID = "acme.eu.auth0.com", "abcdefghijklmnopqrstuvwxyz012345"
NEW = '{\n  "domain": "D",\n  "clientId": "C"\n}\n'
"""D stands for the domain and C for the client ID in what is expected."""
NEXT = ("NEXT_PUBLIC_AUTH0_DOMAIN", "NEXT_PUBLIC_AUTH0_CLIENT_ID")
CRA = ("REACT_APP_AUTH0_DOMAIN", "REACT_APP_AUTH0_CLIENT_ID")

JSON = {
    "empty": ("", NEW),
    "only a line end": ("\n", f"\n{NEW}"),
    "only a BOM": ("\ufeff", f"\ufeff{NEW}"),
    "an empty object": ("{}", '{\n  "domain": "D",\n  "clientId": "C"\n}'),
    "an empty object with space": ("{ \n}\n", NEW),
    "an empty object with a comment": (
        "{\n  // none yet\n}",
        '{\n  "domain": "D",\n  "clientId": "C"\n  // none yet\n}',
    ),
    "the sample's template": (
        '{\n  "domain": "{DOMAIN}",\n  "clientId": "{CLIENT_ID}",\n  "audience": "{API_IDENTIFIER}"\n}\n',
        '{\n  "domain": "D",\n  "clientId": "C"\n}\n',
    ),
    "a placeholder between others": (
        '{\n  "domain": "x",\n  "audience": "{API}",\n  "clientId": "y"\n}',
        '{\n  "domain": "D",\n  "clientId": "C"\n}',
    ),
    "a placeholder first": (
        '{\n  "audience": "{API}",\n  "domain": "x",\n  "clientId": "y"\n}',
        '{\n  "domain": "D",\n  "clientId": "C"\n}',
    ),
    "two placeholders last": (
        '{"domain": "x", "clientId": "y", "a": "{A}", "b": "{B}"}',
        '{"domain": "D", "clientId": "C"}',
    ),
    "a placeholder inline in the middle": (
        '{"domain": "x", "audience": "{A}", "clientId": "y"}',
        '{"domain": "D", "clientId": "C"}',
    ),
    "a placeholder deeper": (
        '{\n  "domain": "{yourDomain}",\n  "clientId": "{y}",\n  "params": {\n    "api": "{A}"\n  },\n  "b": 1\n}\n',
        '{\n  "domain": "D",\n  "clientId": "C",\n  "params": {\n  },\n  "b": 1\n}\n',
    ),
    "a placeholder deeper, inline": (
        '{"domain": "x", "clientId": "y", "authorizationParams": {"audience": "YOUR_API", "scope": "openid"}}',
        '{"domain": "D", "clientId": "C", "authorizationParams": {"scope": "openid"}}',
    ),
    "a placeholder in a list": (
        '{"domain": "x", "clientId": "y", "apis": ["{API}", "https://a.example.com"]}',
        '{"domain": "D", "clientId": "C", "apis": ["https://a.example.com"]}',
    ),
    "placeholders of other kinds": (
        '{"domain": "YOUR_DOMAIN", "clientId": "<client id>", "a": "your_api", "b": "https://YOUR_DOMAIN/api/v2/"}',
        '{"domain": "D", "clientId": "C"}',
    ),
    "braces in a longer text": (
        '{"domain": "x", "clientId": "y", "title": "Hello {name}!"}',
        '{"domain": "D", "clientId": "C", "title": "Hello {name}!"}',
    ),
    "a placeholder beside the object that holds the pair": (
        '{"title": "{name}", "auth0": {"domain": "x", "clientId": "y"}}',
        '{"title": "{name}", "auth0": {"domain": "D", "clientId": "C"}}',
    ),
    "a comment behind a placeholder": (
        '{\n  "domain": "x",\n  "clientId": "y",\n  "audience": "{API}" // the API\n}',
        '{\n  "domain": "D",\n  "clientId": "C"\n  // the API\n}',
    ),
    "a comment between a placeholder and its comma": (
        '{"domain": "o", "audience": "{API}" /* api */, "clientId": "O"}',
        '{"domain": "D",  /* api */ "clientId": "C"}',
    ),
    "a comment line between a placeholder and its comma": (
        '{\n  "domain": "o",\n  "audience": "{API}" // api\n  ,\n  "clientId": "O"\n}',
        '{\n  "domain": "D",\n  // api\n  \n  "clientId": "C"\n}',
    ),
    "comments within a placeholder": (
        '{"domain": "o", "clientId": "O", "audience" /* a */ : /* b */ "{API}"}',
        '{"domain": "D", "clientId": "C"  /* a */  /* b */ }',
    ),
    "a placeholder in a longer text": (
        '{"domain": "o", "clientId": "O", "audience": "https://{yourDomain}/api/v2/"}',
        '{"domain": "D", "clientId": "C"}',
    ),
    "texts that are no placeholders": (
        '{"domain": "o", "clientId": "O", "a": "{count}", "b": "your-brand", "c": "<b>bold</b>"}',
        '{"domain": "D", "clientId": "C", "a": "{count}", "b": "your-brand", "c": "<b>bold</b>"}',
    ),
    "client_id": ('{"domain": "old", "client_id": "OLD"}', '{"domain": "D", "client_id": "C"}'),
    "clientID": ('{"domain": "old", "clientID": "OLD"}', '{"domain": "D", "clientID": "C"}'),
    "clientid": ('{"domain": "old", "clientid": "OLD"}', '{"domain": "D", "clientid": "C"}'),
    "client-id": ('{"domain": "old", "client-id": "OLD"}', '{"domain": "D", "client-id": "C"}'),
    "Domain and ClientId": ('{"Domain": "old", "ClientId": "OLD"}', '{"Domain": "D", "ClientId": "C"}'),
    "AUTH0_DOMAIN": ('{"AUTH0_DOMAIN": "o", "AUTH0_CLIENT_ID": "O"}', '{"AUTH0_DOMAIN": "D", "AUTH0_CLIENT_ID": "C"}'),
    "auth0Domain": ('{"auth0Domain": "o", "auth0ClientId": "O"}', '{"auth0Domain": "D", "auth0ClientId": "C"}'),
    "auth0.domain": ('{"auth0.domain": "o", "auth0.clientId": "O"}', '{"auth0.domain": "D", "auth0.clientId": "C"}'),
    "VITE names in JSON": (
        '{"VITE_AUTH0_DOMAIN": "o", "VITE_AUTH0_CLIENTID": "O"}',
        '{"VITE_AUTH0_DOMAIN": "D", "VITE_AUTH0_CLIENTID": "C"}',
    ),
    "nested": ('{"auth0": {"domain": "o", "clientId": "O"}}', '{"auth0": {"domain": "D", "clientId": "C"}}'),
    "nested twice": (
        '{"a": {"auth0": {"domain": "o", "client_id": "O"}}}',
        '{"a": {"auth0": {"domain": "D", "client_id": "C"}}}',
    ),
    "nested under another name": (
        '{"auth": {"domain": "o", "clientId": "O"}}',
        '{"auth": {"domain": "D", "clientId": "C"}}',
    ),
    "the pair of Auth0 among others": (
        '{"auth0": {"domain": "o", "clientId": "O"}, "other": {"domain": "p", "clientId": "P"}}',
        '{"auth0": {"domain": "D", "clientId": "C"}, "other": {"domain": "p", "clientId": "P"}}',
    ),
    "a cookie's domain beside it": (
        '{"cookie": {"domain": "example.com"}, "auth0": {"domain": "o", "clientId": "O"}}',
        '{"cookie": {"domain": "example.com"}, "auth0": {"domain": "D", "clientId": "C"}}',
    ),
    "only the domain": ('{"domain": "old.auth0.com"}', '{"domain": "D","clientId": "C"}'),
    "only the domain, over lines": (
        '{\n    "a": 1,\n    "domain": "old.auth0.com"\n}\n',
        '{\n    "a": 1,\n    "domain": "D",\n    "clientId": "C"\n}\n',
    ),
    "only auth0_domain": ('{ "auth0_domain": "o" }', '{ "auth0_domain": "D", "auth0_client_id": "C" }'),
    "only AUTH0_CLIENT_ID": ('{ "AUTH0_CLIENT_ID" : "o" }', '{ "AUTH0_CLIENT_ID" : "C", "AUTH0_DOMAIN" : "D" }'),
    "only the domain, with a trailing comma": (
        '{\n  "domain": "{D}",\n}',
        '{\n  "domain": "D",\n  "clientId": "C",\n}',
    ),
    "null": ('{"domain": null, "clientId": null}', '{"domain": "D", "clientId": "C"}'),
    "a number": ('{"domain": "o", "clientId": 5}', '{"domain": "D", "clientId": "C"}'),
    "one line end less": ('{"domain": "o", "clientId": "O"}', '{"domain": "D", "clientId": "C"}'),
    "spaces": ('{ "domain"  :  "o" ,"clientId":"O" }', '{ "domain"  :  "D" ,"clientId":"C" }'),
    "tabs": ('{\n\t"domain":\t"o",\n\t"clientId":\t"O"\n}', '{\n\t"domain":\t"D",\n\t"clientId":\t"C"\n}'),
    "CRLF": (
        '{\r\n  "domain": "o",\r\n  "clientId": "O"\r\n}\r\n',
        '{\r\n  "domain": "D",\r\n  "clientId": "C"\r\n}\r\n',
    ),
    "CRLF with BOM": (
        '\ufeff{\r\n  "domain": "o",\r\n  "clientId": "O",\r\n  "audience": "{A}"\r\n}\r\n',
        '\ufeff{\r\n  "domain": "D",\r\n  "clientId": "C"\r\n}\r\n',
    ),
    "an empty object with CRLF": ("{\r\n}\r\n", NEW.replace("\n", "\r\n")),
    "line comments": (
        '// ours\n{\n  "domain": "o", // where\n  "clientId": "O" // who\n}\n// end',
        '// ours\n{\n  "domain": "D", // where\n  "clientId": "C" // who\n}\n// end',
    ),
    "block comments": (
        '/* { "domain": "x" } */{/*a*/"domain"/*b*/:/*c*/"o"/*d*/,"clientId":"O"}',
        '/* { "domain": "x" } */{/*a*/"domain"/*b*/:/*c*/"D"/*d*/,"clientId":"C"}',
    ),
    "trailing commas": (
        '{"a": [1, 2,], "domain": "o", "clientId": "O",}',
        '{"a": [1, 2,], "domain": "D", "clientId": "C",}',
    ),
    "number forms": (
        '{"a": 1.0, "b": 1e3, "c": -0, "d": 12345678901234567890, "domain": "o", "clientId": "O"}',
        '{"a": 1.0, "b": 1e3, "c": -0, "d": 12345678901234567890, "domain": "D", "clientId": "C"}',
    ),
    "escapes": (
        '{"a": "\\u00e4\\/\\ud83d", "dom\\u0061in": "o", "clientId": "O"}',
        '{"a": "\\u00e4\\/\\ud83d", "dom\\u0061in": "D", "clientId": "C"}',
    ),
    "an escaped value that is right": (
        '{"domain": "acme\\u002eeu.auth0.com", "clientId": "O"}',
        '{"domain": "acme\\u002eeu.auth0.com", "clientId": "C"}',
    ),
    "inline lists": (
        '{\n  "scopes": ["a","b"],\n  "domain": "o",\n  "clientId": "O"\n}',
        '{\n  "scopes": ["a","b"],\n  "domain": "D",\n  "clientId": "C"\n}',
    ),
    "names that do not begin alike": (
        '{"auth0Domain": "o", "clientId": "O"}',
        '{"auth0Domain": "D", "clientId": "C"}',
    ),
    "a name twice": (
        '{"domain": "o", "clientId": "O", "domain": "p"}',
        '{"domain": "D", "clientId": "C", "domain": "D"}',
    ),
    "other names twice": (
        '{"a": 1, "a": 2, "domain": "o", "clientId": "O"}',
        '{"a": 1, "a": 2, "domain": "D", "clientId": "C"}',
    ),
    "a real audience": (
        '{"audience": "https://api.example.com", "domain": "o", "clientId": "O"}',
        '{"audience": "https://api.example.com", "domain": "D", "clientId": "C"}',
    ),
    "right already": (
        '{"clientId":"abcdefghijklmnopqrstuvwxyz012345",  "domain":"acme.eu.auth0.com"}',
        '{"clientId":"C",  "domain":"D"}',
    ),
}
ENV = {
    "empty": ("", VITE, "VITE_AUTH0_DOMAIN=D\nVITE_AUTH0_CLIENT_ID=C\n"),
    "only a BOM": ("\ufeff", VITE, "\ufeffVITE_AUTH0_DOMAIN=D\nVITE_AUTH0_CLIENT_ID=C\n"),
    "another line": ("A=1\n", VITE, "A=1\nVITE_AUTH0_DOMAIN=D\nVITE_AUTH0_CLIENT_ID=C\n"),
    "no last line end": ("A=1", VITE, "A=1\nVITE_AUTH0_DOMAIN=D\nVITE_AUTH0_CLIENT_ID=C\n"),
    "both": ("VITE_AUTH0_DOMAIN=o\nVITE_AUTH0_CLIENT_ID=O\n", VITE, "VITE_AUTH0_DOMAIN=D\nVITE_AUTH0_CLIENT_ID=C\n"),
    "CLIENTID": (
        "VITE_AUTH0_DOMAIN=o\nVITE_AUTH0_CLIENTID=O\n",
        ("VITE_AUTH0_DOMAIN", "VITE_AUTH0_CLIENTID"),
        "VITE_AUTH0_DOMAIN=D\nVITE_AUTH0_CLIENTID=C\n",
    ),
    "only the domain": ("VITE_AUTH0_DOMAIN=o\nA=1\n", VITE, "VITE_AUTH0_DOMAIN=D\nA=1\nVITE_AUTH0_CLIENT_ID=C\n"),
    "Next.js": (
        "NEXT_PUBLIC_AUTH0_DOMAIN=o\nAUTH0_SECRET=hush\nNEXT_PUBLIC_AUTH0_CLIENT_ID=O\n",
        NEXT,
        "NEXT_PUBLIC_AUTH0_DOMAIN=D\nAUTH0_SECRET=hush\nNEXT_PUBLIC_AUTH0_CLIENT_ID=C\n",
    ),
    "Create React App": ("", CRA, "REACT_APP_AUTH0_DOMAIN=D\nREACT_APP_AUTH0_CLIENT_ID=C\n"),
    "names without Auth0's": (
        "REACT_APP_DOMAIN=o\nREACT_APP_CLIENT_ID=O\nREACT_APP_TITLE={name}\n",
        ("REACT_APP_DOMAIN", "REACT_APP_CLIENT_ID"),
        "REACT_APP_DOMAIN=D\nREACT_APP_CLIENT_ID=C\nREACT_APP_TITLE={name}\n",
    ),
    "names of another framework": (
        "VITE_AUTH0_DOMAIN=o\n",
        CRA,
        "VITE_AUTH0_DOMAIN=o\nREACT_APP_AUTH0_DOMAIN=D\nREACT_APP_AUTH0_CLIENT_ID=C\n",
    ),
    "the server's own": (
        "AUTH0_DOMAIN=server\nVITE_AUTH0_DOMAIN=o\nVITE_AUTH0_CLIENT_ID=O\n",
        VITE,
        "AUTH0_DOMAIN=server\nVITE_AUTH0_DOMAIN=D\nVITE_AUTH0_CLIENT_ID=C\n",
    ),
    "double quotation marks": (
        'VITE_AUTH0_DOMAIN="o"\nVITE_AUTH0_CLIENT_ID="O"\n', VITE, 'VITE_AUTH0_DOMAIN="D"\nVITE_AUTH0_CLIENT_ID="C"\n',
    ),
    "single quotation marks": (
        "VITE_AUTH0_DOMAIN='o'\nVITE_AUTH0_CLIENT_ID='O'\n", VITE, "VITE_AUTH0_DOMAIN='D'\nVITE_AUTH0_CLIENT_ID='C'\n",
    ),
    "backticks": (
        "VITE_AUTH0_DOMAIN=`o`\nVITE_AUTH0_CLIENT_ID=`O`\n", VITE, "VITE_AUTH0_DOMAIN=`D`\nVITE_AUTH0_CLIENT_ID=`C`\n",
    ),
    "trailing comments": (
        "VITE_AUTH0_DOMAIN=o  # where\nVITE_AUTH0_CLIENT_ID='O' # who\n",
        VITE,
        "VITE_AUTH0_DOMAIN=D  # where\nVITE_AUTH0_CLIENT_ID='C' # who\n",
    ),
    "a comment without a space": ("VITE_AUTH0_DOMAIN=o#c\nVITE_AUTH0_CLIENT_ID=O\n", VITE,
                                  "VITE_AUTH0_DOMAIN=D#c\nVITE_AUTH0_CLIENT_ID=C\n"),
    "export": ("export VITE_AUTH0_DOMAIN=o\n  export  VITE_AUTH0_CLIENT_ID = O \n", VITE,
               "export VITE_AUTH0_DOMAIN=D\n  export  VITE_AUTH0_CLIENT_ID = C \n"),
    "a colon": ("VITE_AUTH0_DOMAIN: o\nVITE_AUTH0_CLIENT_ID: O\n", VITE,
                "VITE_AUTH0_DOMAIN: D\nVITE_AUTH0_CLIENT_ID: C\n"),
    "nothing behind the sign": ("VITE_AUTH0_DOMAIN=\nVITE_AUTH0_CLIENT_ID=\n", VITE,
                                "VITE_AUTH0_DOMAIN=D\nVITE_AUTH0_CLIENT_ID=C\n"),
    "nothing behind the last sign": (
        "VITE_AUTH0_CLIENT_ID=", VITE, "VITE_AUTH0_CLIENT_ID=C\nVITE_AUTH0_DOMAIN=D\n",
    ),
    "names that do not begin alike": (
        "VITE_AUTH0_DOMAIN=o\nVITE_CLIENT_ID=O\n",
        ("VITE_AUTH0_DOMAIN", "VITE_CLIENT_ID"),
        "VITE_AUTH0_DOMAIN=D\nVITE_CLIENT_ID=C\n",
    ),
    "a reference": ("VITE_AUTH0_DOMAIN=${AUTH0_DOMAIN}\nVITE_AUTH0_CLIENT_ID=$ID\n", VITE,
                    "VITE_AUTH0_DOMAIN=D\nVITE_AUTH0_CLIENT_ID=C\n"),
    "CRLF": ("A=1\r\nVITE_AUTH0_DOMAIN=o\r\n", VITE, "A=1\r\nVITE_AUTH0_DOMAIN=D\r\nVITE_AUTH0_CLIENT_ID=C\r\n"),
    "CRLF with BOM": ("\ufeffVITE_AUTH0_DOMAIN=o\r\nVITE_AUTH0_CLIENT_ID=O\r\n", VITE,
                      "\ufeffVITE_AUTH0_DOMAIN=D\r\nVITE_AUTH0_CLIENT_ID=C\r\n"),
    "a comment that names it": ("# VITE_AUTH0_DOMAIN=example\nVITE_AUTH0_DOMAIN=o\nVITE_AUTH0_CLIENT_ID=O", VITE,
                                "# VITE_AUTH0_DOMAIN=example\nVITE_AUTH0_DOMAIN=D\nVITE_AUTH0_CLIENT_ID=C"),
    "a text of several lines that names it": (
        'KEY="first\nVITE_AUTH0_DOMAIN=inside\nlast"\nVITE_AUTH0_DOMAIN=o\nVITE_AUTH0_CLIENT_ID=O\n', VITE,
        'KEY="first\nVITE_AUTH0_DOMAIN=inside\nlast"\nVITE_AUTH0_DOMAIN=D\nVITE_AUTH0_CLIENT_ID=C\n',
    ),
    "an open quotation mark": ("A='it\nVITE_AUTH0_DOMAIN=o\nVITE_AUTH0_CLIENT_ID=O\n", VITE,
                               "A='it\nVITE_AUTH0_DOMAIN=D\nVITE_AUTH0_CLIENT_ID=C\n"),
    "a name twice": ("VITE_AUTH0_DOMAIN=o\nVITE_AUTH0_DOMAIN=p\nVITE_AUTH0_CLIENT_ID=O\n", VITE,
                     "VITE_AUTH0_DOMAIN=D\nVITE_AUTH0_DOMAIN=D\nVITE_AUTH0_CLIENT_ID=C\n"),
    "a placeholder": ("VITE_AUTH0_DOMAIN={D}\nVITE_AUTH0_AUDIENCE={API_IDENTIFIER}\nVITE_AUTH0_CLIENT_ID={C}\n", VITE,
                      "VITE_AUTH0_DOMAIN=D\nVITE_AUTH0_CLIENT_ID=C\n"),
    "a placeholder with a comment": ("VITE_AUTH0_AUDIENCE=YOUR_API # the API\nVITE_AUTH0_DOMAIN=o\n", VITE,
                                     "# the API\nVITE_AUTH0_DOMAIN=D\nVITE_AUTH0_CLIENT_ID=C\n"),
    "somebody else's placeholder": ("TITLE={name}\nVITE_AUTH0_DOMAIN=o\nVITE_AUTH0_CLIENT_ID=O\n", VITE,
                                    "TITLE={name}\nVITE_AUTH0_DOMAIN=D\nVITE_AUTH0_CLIENT_ID=C\n"),
    "empty lines": ("\n\nVITE_AUTH0_DOMAIN=o\n\n\nVITE_AUTH0_CLIENT_ID=O\n\n", VITE,
                    "\n\nVITE_AUTH0_DOMAIN=D\n\n\nVITE_AUTH0_CLIENT_ID=C\n\n"),
    "right already": (f"VITE_AUTH0_CLIENT_ID='{CLIENT_ID}'\nVITE_AUTH0_DOMAIN=\"{DOMAIN}\"", VITE,
                      "VITE_AUTH0_CLIENT_ID='C'\nVITE_AUTH0_DOMAIN=\"D\""),
}  # fmt: skip
SEVERAL = (
    '{"auth": {"auth0_domain": "o"}, "client_id": "O"}',
    '{"auth0": {"clientId": "O"}, "login": {"domain": "o"}}',
    '{"development": {"domain": "o", "clientId": "O"}, "production": {"domain": "p", "clientId": "P"}}',
    '[{"domain": "o", "clientId": "O"}]',
    '{"auth0": {"dev": {"domain": "o", "clientId": "O"}, "live": {"domain": "p", "clientId": "P"}}}',
)
FOREIGN = (
    '{"AzureAd": {"Instance": "https://login.example.com/", "Domain": "a.onmicrosoft.com", "ClientId": "1"}}',
    '{"region": "eu", "userPoolId": "p", "clientId": "abc", "domain": "auth.acme.com"}',
    '{"domain": "dev-1.okta.com", "clientId": "0oa"}',
    '{"url": "https://sso.example.com", "realm": "acme", "clientId": "portal"}',
    '{"apiKey": "k", "authDomain": "acme.firebaseapp.com", "projectId": "acme"}',
    '{"domain": "acme.auth.eu-central-1.amazoncognito.com", "clientId": "abc", "userPoolId": "p"}',
    '{"authority": "https://login.microsoftonline.com/x", "clientId": "abc"}',
    '{"name": "app", "version": "1.0.0"}',
    '{"cookie": {"domain": "example.com"}}',
    '{"clientId": "abc"}',
    '{"domain": {"name": "x"}, "clientId": ["y"]}',
    '{"title": "{name}"}',
)


def told(expected: str) -> str:
    """What is expected, with the real values."""
    return expected.replace('"D"', f'"{DOMAIN}"').replace('"C"', f'"{CLIENT_ID}"')


def told_env(expected: str) -> str:
    """What is expected of lines of variables, with the real values."""
    for mark in ("=", "= ", ": ", "='", '="', "=`"):
        expected = expected.replace(f"DOMAIN{mark}D", f"DOMAIN{mark}{DOMAIN}")
        for name in ("CLIENT_ID", "CLIENT_ID ", "CLIENTID"):
            expected = expected.replace(f"{name}{mark}C", f"{name}{mark}{CLIENT_ID}")
    return expected


def check(config: ConfigFile, before: str, expected: str) -> None:
    """A file gets what is expected, says so, needs nothing more, and an undo gives back every byte."""
    config.path.write_bytes(before.encode())
    edits = config.edits(CLIENT_ID)
    after = applied(before, edits)
    assert after == expected
    assert reversed_in(after, changes(before, edits)) == before
    config.write(CLIENT_ID)
    assert config.path.read_bytes() == expected.encode()
    again = ConfigFile(config.path, DOMAIN, names=config.names)
    assert again.held == {"domain": DOMAIN, "client_id": CLIENT_ID}
    assert again.is_right(CLIENT_ID)


@pytest.mark.parametrize("shape", JSON)
def test_only_the_values_of_json_change(tmp_path: Path, shape: str) -> None:
    before, expected = JSON[shape]
    check(ConfigFile(tmp_path / "auth_config.json", DOMAIN), before, told(expected))


@pytest.mark.parametrize("shape", ENV)
def test_only_the_values_of_variables_change(tmp_path: Path, shape: str) -> None:
    before, names, expected = ENV[shape]
    check(ConfigFile(tmp_path / ".env.local", DOMAIN, names=names), before, told_env(expected))


@pytest.mark.parametrize("text", SEVERAL)
def test_a_file_with_several_pairs_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigUnreadableError):
        ConfigFile(path, DOMAIN).edits(CLIENT_ID)


@pytest.mark.parametrize("text", FOREIGN)
def test_a_file_without_values_of_auth0_is_not_known(tmp_path: Path, text: str) -> None:
    path = tmp_path / "auth_config.json"
    path.write_text(text, encoding="utf-8")
    config = ConfigFile(path, DOMAIN)
    assert not config.form.is_known
    edits = config.edits(CLIENT_ID)  # where it is named all the same
    after = applied(text, edits)
    path.write_text(after, encoding="utf-8")
    assert ConfigFile(path).held == {"domain": DOMAIN, "client_id": CLIENT_ID}
    assert reversed_in(after, changes(text, edits)) == text


def test_a_value_of_several_lines_is_refused(tmp_path: Path) -> None:
    path = tmp_path / ".env.local"
    path.write_text('VITE_AUTH0_DOMAIN="old\nSECRET=hush\nOTHER="\n', encoding="utf-8")
    with pytest.raises(ConfigUnreadableError) as refused:
        ConfigFile(path, DOMAIN).edits(CLIENT_ID)
    assert "hush" not in str(refused.value)


# --- any file ------------------------------------------------------------------------------------------------------

_SPACE = st.text(" \t\n", max_size=3) | st.sampled_from(["/* , } */", "// x\n", "\r\n"])
_WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='"\\{}<>'), max_size=6)
_SCALARS = st.sampled_from(["1.50", "-0", "1e3", "true", "null", '"\\u00e4"', '"a//b"', '"/*"'])
_TEXTS = _WORDS.map(lambda word: f'"{word}"')


def _inside(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    lists = st.lists(values, max_size=3).map(lambda items: f"[{', '.join(items)}]")
    return lists | st.dictionaries(_TEXTS.filter(lambda name: "omain" not in name), values, max_size=3).map(
        lambda items: "{" + ",".join(f"{name} :{value}" for name, value in items.items()) + "}"
    )


_VALUES = st.recursive(_SCALARS | _TEXTS, _inside, max_leaves=6)


@given(st.lists(st.tuples(_SPACE, _VALUES, _SPACE), max_size=4), _SPACE, st.sampled_from(["", ","]), st.data())
def test_of_any_json_everything_else_stays(
    tmp_path_factory: pytest.TempPathFactory,
    others: list[tuple[str, str, str]],
    space: str,
    trailing: str,
    data: st.DataObject,
) -> None:
    ours = ['"domain":' + space + '"old.example.com"', space + '"clientId": "OLD"']
    members = [f'{before}"k{index}":{value}{after}' for index, (before, value, after) in enumerate(others)]
    for member in ours:
        members.insert(data.draw(st.integers(0, len(members))), member)
    text = space + "{" + ",".join(members) + trailing + space + "}"
    config = ConfigFile(tmp_path_factory.mktemp("any") / "a.json", DOMAIN)
    check(config, text, text.replace("old.example.com", DOMAIN).replace('"OLD"', f'"{CLIENT_ID}"'))


class Writer:
    """Writes JSON with comments, trailing commas and placeholders, as chance has it."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance

    def space(self) -> str:
        """What may stand between two signs."""
        return self.chance.choice(["", " ", "\n  ", "\n", " /* c */ ", " // x\n", "\r\n", "\t"])

    def value(self, depth: int = 0) -> str:
        """A value, at most three deep."""
        kinds = ['"{A}"', '"{A}"', '"text"', "1.50", "null", *(["{}", "[]"] if depth < 3 else [])]
        kind = self.chance.choice(kinds)
        if kind not in {"{}", "[]"}:
            return kind
        items = [self.value(depth + 1) for _ in range(self.chance.randrange(4))]
        return self.container(kind, [self.named(f"k{at}", item) for at, item in enumerate(items)], items)

    def named(self, name: str, value: str) -> str:
        """A member."""
        return f'"{name}"{self.space()}:{self.space()}{value}'

    def container(self, kind: str, members: list[str], items: list[str]) -> str:
        """An object or an array."""
        inside = [f"{self.space()}{one}{self.space()}" for one in (members if kind == "{}" else items)]
        comma = "," if inside and self.chance.random() < 1 / 3 else ""
        return f"{kind[0]}{','.join(inside)}{comma}{self.space()}{kind[1]}"


def left(node: jsonc.Node) -> object:
    """What an object holds besides the pair and placeholders."""
    kept = [one for one in node.members if one.value.text != "{A}" and one.name not in {"domain", "clientId"}]
    return [(one.name, left(one.value)) for one in kept] if node.kind in {"{", "["} else (node.kind, node.text)


@given(st.randoms(use_true_random=False))
def test_of_any_template_only_placeholders_go(chance: Random) -> None:
    writer = Writer(chance)
    members = [writer.named(f"d{at}", writer.value()) for at in range(chance.randrange(4))]
    members += [writer.named("domain", chance.choice(['"{A}"', '"old"', "null"]))]
    members += [writer.named("clientId", chance.choice(['"{A}"', '"old"']))] if chance.random() < 2 / 3 else []
    chance.shuffle(members)
    text = writer.container("{}", members, [])
    form = formats.read(Path("auth_config.json"), text, VITE)
    edits = formats.filled(form, DOMAIN, CLIENT_ID)
    after = applied(text, edits)
    again = formats.read(Path("auth_config.json"), after, VITE)
    assert again.values == {"domain": DOMAIN, "client_id": CLIENT_ID}
    assert list(again.placeholders()) == []
    assert left(jsonc.parse(after)) == left(jsonc.parse(text))
    assert [after.count(sign) for sign in ("/*", "//")] == [text.count(sign) for sign in ("/*", "//")]
    assert reversed_in(after, changes(text, edits)) == text


_LINES = st.sampled_from(
    [
        "",
        "# a comment",
        "A=1",
        "B='x # y'",
        'C="a\nb"',
        "export D = `z`",
        "E: f # g",
        "broken",
        "F=${A}",
        "  ",
        "G=it's",
        "H=",
    ]
)


@given(st.lists(_LINES, max_size=6), st.sampled_from(["\n", "\r\n"]), st.data())
def test_of_any_variables_everything_else_stays(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], newline: str, data: st.DataObject
) -> None:
    for line in ("VITE_AUTH0_DOMAIN=old.example.com", 'VITE_AUTH0_CLIENT_ID="OLD" # ours'):
        lines.insert(data.draw(st.integers(0, len(lines))), line)
    text = newline.join([*lines, ""][: data.draw(st.integers(len(lines), len(lines) + 1))])
    config = ConfigFile(tmp_path_factory.mktemp("any") / ".env.local", DOMAIN)
    check(config, text, text.replace("old.example.com", DOMAIN).replace("OLD", CLIENT_ID))
