"""Bad input of every kind: its exit code, one readable message with the fix, nothing secret, and nothing changed."""

import atexit
import functools
import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mfa_setup.settings.schema import SETTINGS as SCHEMA
from support.cases import PLANTED, Case, Environment, Mode, contents, secrets_in, write
from support.lab import READS, Lab, Run

# --- malformed values ------------------------------------------------------------------------------------------------

HEX = "0123456789abcdef" * 2
Bad = tuple[str, str, str, str]
"""What is wrong in words, the value, a piece of the message, and a piece of the hint."""

DOMAINS: list[Bad] = [
    ("a URL", "https://acme.eu.auth0.com", "it is a URL", "acme.eu.auth0.com"),
    ("an API's URL", "https://acme.eu.auth0.com/api/v2/", "it is a URL", "acme.eu.auth0.com."),
    ("a path", "acme.eu.auth0.com/login", "it is a URL", "acme.eu.auth0.com."),
    ("a broken URL", "https://[::1", "it is a URL", "bare host name"),
    ("a URL with a password", f"https://me:{PLANTED}@acme.eu.auth0.com", "it is a URL", "Use only the host name"),
    ("a user", f"{PLANTED}@acme.eu.auth0.com", "it is not a host name", "bare host name"),
    ("a query", "acme.eu.auth0.com?x=1", "it is not a host name", "bare host name"),
    ("a fragment", "acme.eu.auth0.com#x", "it is not a host name", "bare host name"),
    ("a port", "acme.eu.auth0.com:443", "a tenant's domain has no port", "bare host name"),
    ("a port out of range", "localhost:99999", "it is not a host name", "bare host name"),
    ("a port of letters", "localhost:http", "it is not a host name", "bare host name"),
    ("spaces", "acme eu auth0 com", "it is not a host name", "bare host name"),
    ("a line end", "acme.eu\n.auth0.com", "it is not a host name", "bare host name"),
    ("a colour code", "acme\x1b[31m.auth0.com", "it is not a host name", "bare host name"),
    ("the tenant's name alone", "acme", "it is not a complete host name", "acme.eu.auth0.com"),
    ("an underscore", "ac_me.eu.auth0.com", "it is not a host name", "bare host name"),
    ("a dot last", "acme.eu.auth0.com.", "it ends with a dot", "bare host name"),
    ("a hyphen first", "-acme.eu.auth0.com", "it is not a host name", "bare host name"),
    ("two dots", "acme..auth0.com", "it is not a host name", "bare host name"),
    ("no ASCII", "äcme.eu.auth0.com", "it is not a host name", "bare host name"),
    ("half an address", "[::1", "it is not a host name", "bare host name"),
]
URLS: list[Bad] = [
    ("another scheme", "ftp://localhost:3000", "not an http or https URL", "http://localhost:3000"),
    ("a script", "javascript:alert(1)", "not an http or https URL", "http://localhost:3000"),
    ("no scheme", "localhost:3000", "not an http or https URL", "http://localhost:3000"),
    ("a host alone", "app.example.com", "not an http or https URL", "http://localhost:3000"),
    ("no host", "http://", "not an http or https URL", "http://localhost:3000"),
    ("a password", f"https://me:{PLANTED}@app.example.com", "not an http or https URL", "http://localhost:3000"),
    ("a port out of range", "http://localhost:99999", "it is not a URL", "http://localhost:3000"),
    ("a port of letters", "http://localhost:port", "it is not a URL", "http://localhost:3000"),
    ("half an address", "http://[::1", "it is not a URL", "http://localhost:3000"),
    ("a space", "http://localhost:3000/a b", "must not contain spaces", "http://localhost:3000"),
    ("two in one", "http://localhost:3000,http://localhost:3001", "URL", "http://localhost:3000"),
    ("a comma in its path", "http://localhost:3000/a,b", "must not contain spaces", "http://localhost:3000"),
    ("a line end", "http://localhost:3000\n", "must not contain spaces", "http://localhost:3000"),
    ("reversed text", "http://localhost:3000/\u202egnp", "must not contain spaces", "http://localhost:3000"),
    ("a fragment", "http://localhost:3000/#/login", "must not have a fragment", "http://localhost:3000"),
    ("an empty fragment", "http://localhost:3000/#", "must not have a fragment", "http://localhost:3000"),
    ("a host with a space in its code", "http://my%20app.example.com", "not a host name", "http://localhost:3000"),
    ("a wildcard in the middle", "https://app.*.example.com", "may occur once", "https://*.example.com"),
    ("nothing", "", "not an http or https URL", "http://localhost:3000"),
]
ORIGINS: list[Bad] = [
    ("a path", "http://localhost:3000/callback", "an origin must not have a path", "Use http://localhost:3000"),
    ("a query", "https://app.example.com?x=1", "an origin must not have a path", "Use https://app.example.com"),
    ("no scheme", "app.example.com", "not an http or https URL", "http://localhost:3000"),
]
NAMES: list[Bad] = [
    ("nothing", "", "a name must not be empty", "Twilio MFA Test"),
    ("spaces alone", "   ", "a name must not be empty", "Twilio MFA Test"),
    ("a tag", "<b>Acme</b>", "or contain < or >", "Twilio MFA Test"),
    ("a bell", "Acme\x07", "a name must not be empty", "Twilio MFA Test"),
]
CLIENT_IDS: list[Bad] = [
    ("nothing", "", "it is not a client ID", "Settings > Client ID"),
    ("a name", "Twilio MFA Test", "it is not a client ID", "Settings > Client ID"),
    ("too much", "a" * 65, "it is not a client ID", "Settings > Client ID"),
    ("a path", "../clients", "it is not a client ID", "Settings > Client ID"),
]
CONNECTIONS: list[Bad] = [
    ("nothing", "", "not a valid name of a connection", "Username-Password-Authentication"),
    (
        "spaces",
        "Username Password Authentication",
        "not a valid name of a connection",
        "Username-Password-Authentication",
    ),
    ("a hyphen first", "-Username", "not a valid name of a connection", "Username-Password-Authentication"),
    ("too much", "a" * 129, "not a valid name of a connection", "Username-Password-Authentication"),
]
PATHS: list[Bad] = [
    ("nothing", "", "it is not a valid path", "Use the path of a file or folder"),
    ("nobody's home", "~nobody-of-this-name/auth_config.json", "does not name a user", "without ~"),
]
COUNTRIES: list[Bad] = [
    ("three letters", "USA", "two-letter country code", "US, CA, GB"),
    ("one letter", "U", "two-letter country code", "US, CA, GB"),
    ("its name", "United States", "two-letter country code", "US, CA, GB"),
    ("no ISO code", "UK", "two-letter country code", "GB"),
    ("no country", "ZZ", "two-letter country code", "US, CA, GB"),
    ("its calling code", "+1", "two-letter country code", "US, CA, GB"),
    ("a letter that becomes two", "ß", "two-letter country code", "US, CA, GB"),
    ("nothing", "", "two-letter country code", "US, CA, GB"),
]
AREA_CODES: list[Bad] = [
    ("two digits", "41", "three digits", "415"),
    ("four digits", "4155", "three digits", "415"),
    ("letters", "abc", "three digits", "415"),
    ("a one first", "115", "starts with 2 to 9", "415"),
    ("the calling code", "+1415", "three digits", "415"),
    ("a space", " 415", "three digits", "415"),
    ("Arabic digits", "\u0664\u0661\u0665", "three digits", "415"),
    ("nothing", "", "three digits", "415"),
]
PATTERNS: list[Bad] = [
    ("one digit", "5", "2 to 16 digits", "55501"),
    ("too much", "5" * 17, "2 to 16 digits", "55501"),
    ("a hyphen", "555-01", "2 to 16 digits", "55501"),
    ("nothing", "", "2 to 16 digits", "55501"),
]
PRICES: list[Bad] = [
    ("a word", "free", "it is not a price", "2.50"),
    ("less than nothing", "-1", "it is not a price", "2.50"),
    ("zero", "0", "it is not a price", "2.50"),
    ("no number", "nan", "it is not a price", "2.50"),
    ("no end", "inf", "it is not a price", "2.50"),
    ("a comma", "1,50", "it is not a price", "2.50"),
    ("a currency", "$2", "it is not a price", "2.50"),
    ("an underscore", "1_0", "it is not a price", "2.50"),
    ("far too much", "1000000", "it is not a price", "2.50"),
    ("nothing", "", "it is not a price", "2.50"),
]
PHONES: list[Bad] = [
    ("no plus", "4155550123", "not a phone number in E.164 form", "+14155550123"),
    ("spaces", "+1 415 555 0123", "not a phone number in E.164 form", "+14155550123"),
    ("brackets", "+1(415)5550123", "not a phone number in E.164 form", "+14155550123"),
    ("letters", "+1415MFACODE", "not a phone number in E.164 form", "+14155550123"),
    ("a zero first", "+04155550123", "not a phone number in E.164 form", "+14155550123"),
    ("a URI", "tel:+14155550123", "not a phone number in E.164 form", "+14155550123"),
    ("too many digits", "+1415555012345678", "not a phone number in E.164 form", "+14155550123"),
    ("Arabic digits", "+1" + "\u0664" * 10, "not a phone number in E.164 form", "+14155550123"),
    ("too few digits for its country", "+141555501", "wrong number of digits", "+14155550123"),
    ("no country's code", "+9991234567", "its country code does not exist", "+14155550123"),
    ("nothing", "", "not a phone number in E.164 form", "+14155550123"),
]
SERVICES: list[Bad] = [
    ("too short", "MG0123", "32 hexadecimal digits", "Messaging > Services"),
    ("an account's", f"AC{HEX}", "32 hexadecimal digits", "Messaging > Services"),
    ("no hexadecimal digits", "MG" + "x" * 32, "32 hexadecimal digits", "Messaging > Services"),
    ("small letters", f"mg{HEX}", "32 hexadecimal digits", "Messaging > Services"),
    ("its name", "Acme", "32 hexadecimal digits", "Messaging > Services"),
]
TEMPLATES: list[Bad] = [
    ("no code", "Welcome to Acme.", "must contain {{code}}", "{{code}} is your code"),
    ("a code in single braces", "{code} is yours.", "must contain {{code}}", "{{code}} is your code"),
    ("another variable", "{{codeword}} is yours.", "must contain {{code}}", "{{code}} is your code"),
    ("nothing", "", "must contain {{code}}", "{{code}} is your code"),
    ("too much", "{{code}}" + "x" * 20_000, "at most 20000", "Shorten"),
]
TIMEOUTS: list[Bad] = [
    ("a word", "soon", "not a number of seconds", "--timeout 30"),
    ("zero", "0", "not a number of seconds", "--timeout 30"),
    ("less than nothing", "-5", "not a number of seconds", "--timeout 30"),
    ("no end", "inf", "not a number of seconds", "--timeout 30"),
    ("a unit", "30s", "not a number of seconds", "--timeout 30"),
    ("over an hour", "3601", "more than an hour", "--timeout 30"),
]
SETTINGS: dict[str, tuple[str, str, list[Bad]]] = {
    "--domain": ("auth0", "domain", [*DOMAINS, ("nothing", "", "it is not a host name", "bare host name")]),
    "--name": ("application", "name", NAMES),
    "--url": ("application", "urls", URLS),
    "--callback-url": ("application", "callback_urls", URLS[:3]),
    "--logout-url": ("application", "logout_urls", URLS[:3]),
    "--web-origin": ("application", "web_origins", ORIGINS),
    "--app-client-id": ("application", "app_client_id", CLIENT_IDS),
    "--connection": ("application", "connection", CONNECTIONS),
    "--app-dir": ("application", "app_dir", PATHS),
    "--write-config": ("application", "write_config", PATHS),
    "--country": ("number", "country", COUNTRIES),
    "--area-code": ("number", "area_code", AREA_CODES),
    "--contains": ("number", "contains", PATTERNS),
    "--max-price": ("number", "max_price", PRICES),
    "--from": ("sms", "from", PHONES),
    "--messaging-service-sid": ("sms", "messaging_service_sid", SERVICES),
    "--enrollment-template": ("sms", "enrollment_template", TEMPLATES),
    "--verification-template": ("sms", "verification_template", TEMPLATES[:2]),
}
LISTS = {"--url", "--callback-url", "--logout-url", "--web-origin"}


def _toml(section: str, key: str, value: object) -> dict[str, str]:
    return {"mfa-setup.toml": f"[{section}]\n{key} = {json.dumps(value, ensure_ascii=False)}\n"}


def _invalid(name: str, line: str | tuple[str, ...], says: tuple[str, ...], fix: str, **rest: object) -> Case:
    return Case(name, line, "invalid_value", 3, says, fix, **rest)  # type: ignore[arg-type]


def _on_the_command_line() -> Iterator[Case]:
    for flag, (_, _, bad) in SETTINGS.items():
        for what, value, says, fix in bad:
            yield _invalid(f"{flag}: {what}", ("up", "--yes", f"{flag}={value}"), (f"{flag} is ", says), fix)
    for what, value, says, fix in TIMEOUTS:
        yield _invalid(f"--timeout: {what}", ("up", f"--timeout={value}"), ("--timeout is ", says), fix)
    for what, value, says, fix in PATHS:
        yield _invalid(f"--config: {what}", ("up", f"--config={value}"), ("--config is ", says), fix)


def _in_the_file() -> Iterator[Case]:
    for flag, (section, key, bad) in SETTINGS.items():
        for what, value, says, fix in bad[:3]:
            files = _toml(section, key, [value] if flag in LISTS else value)
            source = f"{key} in [{section}] of mfa-setup.toml is "
            yield _invalid(f"{key} in TOML: {what}", "up --yes", (source, says), fix, files=files)


def _in_the_environment() -> Iterator[Case]:
    for setting in SCHEMA:
        bad = SETTINGS[setting.flag][2] if setting.flag in SETTINGS else []
        for what, value, says, fix in bad[:10] if setting.variable else []:
            if (
                value
                and value == value.strip()
                and not (setting.kind == "list" and any(mark in value for mark in ", \n"))
            ):
                source = (f"{setting.variable} is ", says)
                yield _invalid(f"{setting.variable}: {what}", "up --yes", source, fix, env={setting.variable: value})
    for name, what, value, fix in (
        ("MFA_SETUP_HARDEN", "a word", "yes", "true or false, such as MFA_SETUP_HARDEN=true"),
        ("MFA_SETUP_NO_APP", "a number", "2", "true or false, such as MFA_SETUP_NO_APP=true"),
        ("MFA_SETUP_DELIVERY", "no choice", "pigeon", "sms, voice, both"),
        ("MFA_SETUP_NUMBER_TYPE", "no choice", "fax", "local, mobile, toll-free"),
        ("MFA_SETUP_POLICY", "in capitals", "ALWAYS", "always, adaptive, never"),
        ("MFA_SETUP_URLS", "nothing but a comma", ",", "such as MFA_SETUP_URLS=http://localhost:3000"),
        ("MFA_SETUP_COUNTRIES", "one bad among good ones", "US,UK CA", "For example US"),
        ("TWILIO_ACCOUNT_SID", "too short", "AC0123", "`AC` followed by 32 hexadecimal digits"),
        ("TWILIO_ACCOUNT_SID", "an API key", f"SK{HEX}", "`AC` followed by 32 hexadecimal digits"),
        ("TWILIO_ACCOUNT_SID", "small letters", f"ac{HEX}", "`AC` followed by 32 hexadecimal digits"),
        ("TWILIO_API_KEY", "too short", "SK0123", "`SK` followed by 32 hexadecimal digits"),
        ("TWILIO_API_KEY", "an account SID", f"AC{HEX}", "`SK` followed by 32 hexadecimal digits"),
        ("AUTH0_CLIENT_ID", "a name", "my own tool", "Machine to Machine application"),
        ("AUTH0_CLIENT_ID", "no ASCII", "ключ", "Machine to Machine application"),
        ("AUTH0_API_TOKEN", "no ASCII", "tökén-0123456789", "Copy the value again"),
        ("AUTH0_API_TOKEN", "two lines", "token-01234\nother-56789", "Copy the value again"),
        ("AUTH0_ACCESS_TOKEN", "no ASCII", "tökén-0123456789", "Copy the value again"),
        ("TWILIO_AUTH_TOKEN", "no ASCII", "tökén-0123456789", "Copy the value again"),
        ("TWILIO_API_SECRET", "a colour code", "secret\x1b[31m-0123456789", "Copy the value again"),
        ("AUTH0_AUDIENCE", "a domain", "acme.eu.auth0.com", "/api/v2/"),
        ("AUTH0_AUDIENCE", "no slash at its end", "https://acme.eu.auth0.com/api/v2", "including the slash"),
        ("AUTH0_AUDIENCE", "another API", "https://api.example.com/", "/api/v2/"),
        ("AUTH0_CLIENT_ASSERTION_SIGNING_ALG", "a shared secret", "HS256", "RS256, RS384 and PS256"),
        ("AUTH0_CLIENT_ASSERTION_SIGNING_ALG", "none", "none", "RS256, RS384 and PS256"),
        ("MFA_SETUP_SANDBOX", "no scheme", "localhost:4400", "http://localhost:PORT"),
        ("MFA_SETUP_SANDBOX", "another scheme", "ftp://localhost:4400", "http://localhost:PORT"),
        ("MFA_SETUP_SANDBOX", "no host", "http://", "http://localhost:PORT"),
        ("MFA_SETUP_SANDBOX", "a port of letters", "http://localhost:port", "http://localhost:PORT"),
        ("MFA_SETUP_SANDBOX", "half an address", "http://[::1", "http://localhost:PORT"),
        ("MFA_SETUP_SANDBOX", "a password", f"http://me:{PLANTED}@localhost:4400", "http://localhost:PORT"),
    ):
        says = name.replace("ACCESS", "API")
        yield _invalid(f"{name}: {what}", "up --yes", (says,), fix, env={name: value})
    key = {"AUTH0_CLIENT_ASSERTION_PRIVATE_KEY": f"-----BEGIN\n{PLANTED}\n-----END"}
    yield _invalid("AUTH0_CLIENT_ASSERTION_PRIVATE_KEY: no key", "up", ("private key",), "PEM form", env=key)


TYPES = [
    _invalid(f"a type in TOML: {what}", "up --yes", (says.replace("…", "of mfa-setup.toml"),), fix,
             files={"mfa-setup.toml": text})
    for what, text, says, fix in (
        ("a number for a text", "[auth0]\ndomain = 5", "domain in [auth0] … is 5", "quotation marks"),
        ("a truth for a text", "[application]\nname = true", "name in [application] … is True", "quotation marks"),
        ("a list for a text", '[number]\ncountry = ["US"]', "country in [number] … is ['US']", "quotation marks"),
        ("a date for a text", "[number]\narea_code = 1979-05-27", "area_code in [number]", "quotation marks"),
        ("a number for digits", "[number]\narea_code = 415", "area_code in [number] … is 415", "quotation marks"),
        ("a truth for a price", "[number]\nmax_price = true", "max_price in [number] … is True", "max_price = 2.50"),
        ("a price of nothing", "[number]\nmax_price = 0", "it is not a price", "2.50"),
        ("a price below nothing", "[number]\nmax_price = -1.5", "it is not a price", "2.50"),
        ("a price without end", "[number]\nmax_price = inf", "it is not a price", "2.50"),
        ("a text for a list", '[application]\nurls = "http://localhost:3000"', "urls in [application]", "Use a list"),
        ("an empty list", "[application]\nurls = []", "urls in [application] … is []", "Use a list"),
        ("a list of numbers", "[application]\nurls = [3000]", "urls in [application] … is 3000", "quotation marks"),
        ("a text for a switch", '[application]\nprune_urls = "yes"', "prune_urls", "true or false"),
        ("a number for a switch", "[application]\nharden = 1", "harden in [application] … is 1", "true or false"),
        ("a text for a list of countries", '[sms]\ncountries = "US"', "countries in", 'such as countries = ["US"]'),
        ("no choice of delivery", '[sms]\ndelivery = "pigeon"', "delivery in [sms] … is 'pigeon'", "sms, voice, both"),
        ("a list of deliveries", '[sms]\ndelivery = ["sms"]', "delivery in [sms]", "sms, voice, both"),
        ("no choice of type", '[number]\nnumber_type = "fax"', "number_type", "local, mobile, toll-free"),
        ("no choice of policy", '[policy]\nrequire_mfa = "sometimes"', "require_mfa", "always, adaptive, never"),
        ("a truth for a policy", "[policy]\nrequire_mfa = true", "require_mfa in [policy]", "always, adaptive, never"),
        ("a text for a section", 'auth0 = "acme.eu.auth0.com"', "auth0 is 'acme.eu.auth0.com'", "write [auth0]"),
        ("a list of sections", '[[auth0]]\ndomain = "acme.eu.auth0.com"', "auth0 is [", "write [auth0]"),
    )
]  # fmt: skip

# --- the file itself -------------------------------------------------------------------------------------------------


def _file(name: str, text: str | bytes, code: str, says: str, fix: str) -> Case:
    return Case(name, "up --yes", code, 3, ("mfa-setup.toml", says), fix, files={"mfa-setup.toml": text})


SETTINGS_FILES = [
    _file("TOML: a broken line", "[auth0\ndomain", "config_unreadable", "is not valid TOML", "Correct that line"),
    _file("TOML: JSON", '{"domain": "acme"}', "config_unreadable", "is not valid TOML", "Correct that line"),
    _file("TOML: a key twice", '[auth0]\ndomain="a"\ndomain="b"', "config_unreadable", "overwrite", "Correct that"),
    _file("TOML: no quotation marks", "[auth0]\ndomain=acme.eu", "config_unreadable", "line 2", "Correct that line"),
    _file("TOML: a secret on a broken line", f"[auth0]\ndomain={PLANTED}", "config_unreadable", "line 2", "Correct"),
    _file("TOML: nested too deeply", "a=" + "[" * 50_000, "config_unreadable", "too deeply", "Remove the nesting"),
    _file("TOML: no UTF-8", b'[auth0]\ndomain = "\xff\xfe"', "config_unreadable", "cannot be read", "UTF-8"),
    _file("TOML: an unknown key", '[auth0]\nregion = "eu"', "unknown_key", "`region` in [auth0]",
          "Known names: domain"),
    _file("TOML: a typing error", '[number]\narea_cod = "415"', "unknown_key", "area_cod", "mean `area_code`?"),
    _file("TOML: a hyphen", '[number]\narea-code = "415"', "unknown_key", "area-code", "mean `area_code`?"),
    _file("TOML: an unknown section", '[twillio]\nsid = "AC"', "unknown_key", "`twillio`",
          "Known names: application, auth0"),
    _file("TOML: a section's typing error", '[aplication]\nname = "x"', "unknown_key", "aplication", "`application`?"),
    _file("TOML: an empty unknown section", "[polcy]\n", "unknown_key", "`polcy`", "Did you mean `policy`?"),
    _file("TOML: a key outside", 'domain = "acme.eu.auth0.com"', "unknown_key", "`domain`", "Known names: application"),
    _file("TOML: a key of another section", '[sms]\ncountry = "US"', "unknown_key", "`country` in [sms]",
          "Known names:"),
] + [
    _file(f"TOML: a secret as {where}", text, "secret_in_config", "would contain a secret", "--…-file option")
    for where, text in (
        ("client_secret", f'[auth0]\nclient_secret = "{PLANTED}"'),
        ("auth_token of Twilio", f'[twilio]\nauth_token = "{PLANTED}"'),
        ("api_token", f'[auth0]\napi_token = "{PLANTED}"'),
        ("api_secret", f'[sms]\napi_secret = "{PLANTED}"'),
        ("private_key", f"[auth0]\nprivate_key = '''{PLANTED}'''"),
        ("password", f'[auth0]\npassword = "{PLANTED}"'),
        ("a variable's name", f'AUTH0_CLIENT_SECRET = "{PLANTED}"'),
        ("a hyphenated key", f'[auth0]\nclient-secret = "{PLANTED}"'),
        ("a key in capitals", f'[sms]\nTWILIO_AUTH_TOKEN = "{PLANTED}"'),
        ("a section", f'[auth0.credentials]\nid = "{PLANTED}"'),
        ("a key of an unknown section", f'[login]\ntoken = "{PLANTED}"'),
    )
] + [
    _invalid(f"TOML: {key} = {value}, which can only be set for a single run", "up --yes",
             (f"mfa-setup.toml has the key `{key}` in [{section}]", "can only be set for a single run"),
             f"pass {flag} to the run",
             files={"mfa-setup.toml": f"[{section}]\n{key} = {value}\n"})
    for section, key, flag in (
        ("number", "buy", "--buy"), ("sms", "resend_token", "--resend-token"),
        ("sms", "replace_provider", "--replace-provider"),
    )
    for value in ("true", "false")
] + [
    Case("TOML: a folder", "up --yes", "config_unreadable", 3, ("mfa-setup.toml cannot be read",), "--config",
         files={"mfa-setup.toml/a": ""}),
    Case("--config: no such file", "up --config no.toml", "config_unreadable", 3, ("file no.toml does not exist",),
         "--config"),
    Case("--config: in no folder", "up --config no/a.toml", "config_unreadable", 3,
         ("file no/a.toml does not exist",), "--config"),
    Case("--config: a folder", "up --config .", "config_unreadable", 3, ("cannot be read",), "--config"),
    Case(
        "--config: another file than the default", "up --config own.toml", "unknown_key", 3, ("own.toml",),
        "Known names:",
        files={"own.toml": "[auth0]\nx = 1", "mfa-setup.toml": ""},
    ),
]  # fmt: skip

BROKEN_JSON = {"src/auth_config.json": "{"}
APP_FILES = [
    _invalid("--write-config: in no folder", "up --yes --write-config no/a.json", ("no/a.json",),
             "Create the folder first"),
    _invalid("--write-config: under a file", "up --write-config a/b.json", ("a/b.json",), "Create the",
             files={"a": ""}),
    _invalid("--write-config: a folder", "up --write-config src", ("src is a folder",), "Pass a file",
             files={"src/a": ""}),
    _invalid("--write-config: another kind", "up --write-config a.yaml", ("neither a JSON nor a .env",), ".env.local"),
    _invalid("--write-config: far too long", f"up --write-config {'a' * 300}.json", ("too long",), "--write-config"),
    _invalid("--write-config of init: in no folder", "init --yes --write-config no/a.json", ("no/a.json",),
             "Create the"),
    _invalid("--write-config of plan: in no folder", "plan --write-config no/a.json", ("no/a.json",), "Create the"),
    _invalid("write_config in TOML: in no folder", "up --yes", ("no/a.json",), "Create the folder first",
             files=_toml("application", "write_config", "no/a.json")),
    _invalid("--app-dir: no such folder", "up --yes --app-dir no", ("folder no does not exist",), "--app-dir"),
    _invalid("--app-dir: a file", "up --yes --app-dir app", ("folder app does not exist",),
             "--app-dir", files={"app": ""}),
    _invalid("--app-dir: an app of no known kind", "up --app-dir .", ("No app config file",), "--write-config"),
    Case("config file: broken JSON", "up --yes --write-config src/auth_config.json", "config_unreadable", 3,
         ("src/auth_config.json is not a JSON object",), "Fix or remove the file", files=BROKEN_JSON),
    Case("config file: broken JSON of the sample", "up --yes --app-dir .", "config_unreadable", 3,
         ("is not a JSON object",), "Fix or remove the file", files=BROKEN_JSON),
    Case("config file: a JSON list", "init --yes --write-config a.json", "config_unreadable", 3,
         ("is not a JSON object",), "Fix or remove the file", files={"a.json": "[]"}),
    Case("config file: nested too deeply", "init --yes --write-config a.json", "config_unreadable", 3,
         ("is not a JSON object",), "Fix or remove the file", files={"a.json": "[" * 50_000}),
    Case("config file: no UTF-8", "init --yes --write-config a.json", "config_unreadable", 3,
         ("a.json cannot be read",), "Check the file", files={"a.json": b"\xff\xfe{}"}),
]  # fmt: skip

SECRET_FILES = [
    _invalid(f"{flag}: {what}", f"up --yes {flag} {value}", (f"file in {flag} {says}",), fix,
             files={"empty": " \n", "binary": b"\xff\xfe"})
    for flag in ("--client-secret-file", "--api-token-file", "--private-key-file", "--twilio-auth-token-file",
                 "--twilio-api-secret-file")
    for what, value, says, fix in (
        ("missing", "no-such-file", "cannot be read", "Check the path"),
        ("empty", "empty", "is empty", "the secret and nothing else"),
    )
] + [
    _invalid("--client-secret-file: a folder", "up --client-secret-file .", ("cannot be read",), "Check the path"),
    _invalid("--client-secret-file: binary", "up --client-secret-file a", ("cannot be read",), "Check the path",
             files={"a": b"\xff\xfe"}),
    _invalid("--client-secret-file: nobody's home", "up --client-secret-file ~nobody-of-this-name/a",
             ("cannot be read",), "Check the path"),
    _invalid("--client-secret-file: empty standard input", "up --client-secret-file -", ("is empty",), "the secret"),
    _invalid("--twilio-auth-token-file: two lines", "up --twilio-auth-token-file -", ("TWILIO_AUTH_TOKEN",),
             "Copy the value again", stdin=f"{PLANTED}\nmore\n"),
    Case("SSL_CERT_FILE: no such file", "up --yes", "config_unreadable", 3, ("SSL_CERT_FILE is no.pem",),
         "Set SSL_CERT_FILE", env={"SSL_CERT_FILE": "no.pem"}),
]  # fmt: skip

# --- the command line ------------------------------------------------------------------------------------------------


def _usage(name: str, line: str, says: str, fix: str = "--help") -> Case:
    return Case(f"usage: {name}", line, "usage", 2, (says,), fix)


USAGE = [
    _usage("an unknown command", "frobnicate", "frobnicate", "See `mfa-setup --help`."),
    _usage("an unknown option", "up --frobnicate", "--frobnicate", "See `mfa-setup up --help`."),
    _usage("an option of another command", "buy-number --harden", "--harden", "See `mfa-setup buy-number --help`."),
    _usage("an option before the command", "--yes up", "--yes"),
    _usage("an option without its value", "up --url", "--url"),
    _usage("a value for a switch", "up --yes=maybe", "--yes"),
    _usage("a stray argument", "up now", "now"),
    _usage("a missing argument", "policy", "Missing argument", "See `mfa-setup policy --help`."),
    _usage("a policy that is none", "policy sometimes", "'always', 'adaptive', 'never'"),
    _usage("a delivery that is none", "up --delivery pigeon", "--delivery"),
    _usage("a type of number that is none", "buy-number --number-type fax", "--number-type"),
    _usage("a --policy that is none", "plan --policy sometimes", "--policy"),
    _usage("a phone stack that is none", "sandbox --phone-stack old", "--phone-stack"),
    _usage("a secret as an option", f"up --client-secret={PLANTED}", "--client-secret"),
    _usage("a token as an option", f"up --twilio-auth-token {PLANTED}", "--twilio-auth-token"),
]
TOGETHER = [
    _invalid("together: --area-code outside North America", "up --country GB --area-code 415",
             ("--area-code works only for the US and Canada", "GB"), "--contains"),
    _invalid("together: mobile numbers in the US", "up --number-type mobile", ("no separate mobile numbers",), "local"),
    _invalid("together: --from and --buy", "up --from +14155550123 --buy", ("--from and --buy",), "Remove one"),
    _invalid("together: --no-app and --app-client-id", "up --no-app --app-client-id abc", ("--no-app",), "Remove one"),
    _invalid("together: --no-app and --write-config", "up --no-app --write-config a.json", ("--no-app",), "Remove one"),
    _invalid("together: voice by a Messaging Service", f"up --delivery both --messaging-service-sid MG{HEX}",
             ("cannot make calls",), "--from"),
    _invalid("together: --area-code and a country of the file", "up --area-code 415", ("the country is GB",),
             "--contains", files=_toml("number", "country", "GB")),
    _invalid("together: two variables", "up", ("MFA_SETUP_NO_APP and MFA_SETUP_HARDEN contradict",), "Remove one",
             env={"MFA_SETUP_NO_APP": "1", "MFA_SETUP_HARDEN": "1"}),
    _invalid("together: area_code of the file and --country", "up --country GB",
             ("area_code in [number] of mfa-setup.toml works only for the US", "GB"), "Remove area_code in [number]",
             files=_toml("number", "area_code", "415")),
    _invalid("together: number_type of the file", "up", ("number_type in [number] of mfa-setup.toml is mobile",),
             'Use number_type = "local"', files=_toml("number", "number_type", "mobile")),
    _invalid("together: MFA_SETUP_NUMBER_TYPE", "up", ("MFA_SETUP_NUMBER_TYPE is mobile",),
             "Use MFA_SETUP_NUMBER_TYPE=local", env={"MFA_SETUP_NUMBER_TYPE": "mobile"}),
    _invalid("together: from of the file and --buy", "up --buy", ("from in [sms] of mfa-setup.toml and --buy",),
             "Remove one", files=_toml("sms", "from", "+14155550123")),
    _invalid("sandbox: a port out of range", "sandbox --port 65536", ("--port is '65536'",), "0 to 65535"),
    _invalid("sandbox: a port of letters", "sandbox --port http", ("--port is 'http'",), "0 to 65535"),
    _invalid("sandbox: a port of 5000 digits", f"sandbox --port {'9' * 5000}", ("--port is",), "0 to 65535"),
    _invalid("sandbox: a latency that is none", "sandbox --port 0 --latency-ms soon", ("--latency-ms",), "whole"),
]  # fmt: skip
LOWER_SOURCES = [
    _invalid("lower source: AUTH0_DOMAIN below a good --domain", "up --yes --domain localhost:1", ("AUTH0_DOMAIN",),
             "acme.eu.auth0.com", env={"AUTH0_DOMAIN": "https://acme.eu.auth0.com"}),
    _invalid("lower source: the file below a good AUTH0_DOMAIN", "up --yes", ("domain in [auth0]",), "bare host name",
             files=_toml("auth0", "domain", "acme")),
    _invalid("lower source: the file below a good --country", "up --yes --country US", ("country in [number]",), "GB",
             files=_toml("number", "country", "UK")),
    _invalid("lower source: the file below a good --url", "up --yes --url http://localhost:1", ("urls in",), "http",
             files=_toml("application", "urls", ["localhost:3000"])),
    _invalid("lower source: AUTH0_CLIENT_ID beside a token", "up --yes", ("AUTH0_CLIENT_ID",), "Machine to Machine",
             env={"AUTH0_CLIENT_ID": "no id!", "AUTH0_API_TOKEN": "token-0123456789"}),
    _invalid("lower source: --timeout is judged before the file's folder", "up --timeout=soon --write-config no/a.json",
             ("--timeout",), "--timeout 30"),
]  # fmt: skip

# --- what is missing -------------------------------------------------------------------------------------------------

NOTHING: Environment = dict.fromkeys(
    ("AUTH0_DOMAIN", "AUTH0_CLIENT_ID", "AUTH0_CLIENT_SECRET", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN")
)


def _missing(name: str, line: str, says: str, fix: str, **env: str | None) -> Case:
    return Case(f"missing: {name}", line, "value_needed", 6, (says,), fix, env=env)


MISSING = [
    Case("missing: everything", "up --yes", "value_needed", 6, ("domain",), "--domain DOMAIN", env=NOTHING),
    Case("missing: everything, of status", "status", "value_needed", 6, ("domain",), "AUTH0_DOMAIN", env=NOTHING),
    _missing("the domain", "up --yes", "domain", "set AUTH0_DOMAIN", AUTH0_DOMAIN=None),
    _missing("the domain, of one step", "policy never", "domain", "[auth0] of mfa-setup.toml", AUTH0_DOMAIN=None),
    _missing("an empty domain", "up --yes", "domain", "set AUTH0_DOMAIN", AUTH0_DOMAIN="  "),
    _missing("the client ID", "up --yes", "AUTH0_CLIENT_ID", "AUTH0_API_TOKEN", AUTH0_CLIENT_ID=None),
    _missing("the client secret", "up", "AUTH0_CLIENT_SECRET", "--client-secret-file", AUTH0_CLIENT_SECRET=None),
    _missing("an empty client secret", "up", "AUTH0_CLIENT_SECRET", "--client-secret-file", AUTH0_CLIENT_SECRET=" "),
    _missing("the client secret, of init", "init", "AUTH0_CLIENT_SECRET", "--client-", AUTH0_CLIENT_SECRET=None),
    _missing("the account SID", "up --yes", "TWILIO_ACCOUNT_SID", "Twilio console", TWILIO_ACCOUNT_SID=None),
    _missing("the auth token", "up --yes", "TWILIO_AUTH_TOKEN", "--twilio-auth-token-file", TWILIO_AUTH_TOKEN=None),
    _missing("the auth token, of plan", "plan", "TWILIO_AUTH_TOKEN", "TWILIO_AUTH_TOKEN", TWILIO_AUTH_TOKEN=None),
    _missing("the secret of the API key", "up --yes", "TWILIO_AUTH_TOKEN", "TWILIO_AUTH_TOKEN",
             TWILIO_AUTH_TOKEN=None, TWILIO_API_KEY=f"SK{HEX}"),
    _missing("the API key of the secret", "up --yes", "TWILIO_AUTH_TOKEN", "TWILIO_AUTH_TOKEN",
             TWILIO_AUTH_TOKEN=None, TWILIO_API_SECRET=PLANTED),
]  # fmt: skip
GIVEN_FIRST = [
    _invalid(f"given before missing: {what}", line, (says,), fix, env={**NOTHING, **env}, files=files)
    for what, line, says, fix, env, files in (
        ("an option", "up --country UK", "--country", "GB", {}, {}),
        ("the timeout", "up --timeout soon", "--timeout", "30", {}, {}),
        ("the file", "up", "country in [number]", "GB", {}, _toml("number", "country", "UK")),
        ("two options together", "up --from +14155550123 --buy", "contradict", "Remove one", {}, {}),
        ("a file of a secret", "up --client-secret-file no", "cannot be read", "Check the path", {}, {}),
        ("an API key", "up", "TWILIO_API_KEY", "32 hexadecimal digits", {"TWILIO_API_KEY": "SK1"}, {}),
        ("an audience", "up", "AUTH0_AUDIENCE", "/api/v2/", {"AUTH0_AUDIENCE": "acme"}, {}),
        ("the config file's folder", "up --write-config no/a.json", "no/a.json", "Create the folder first", {}, {}),
        ("the app's folder", "init --app-dir no", "folder no does not exist", "--app-dir", {}, {}),
        ("the sandbox's URL", "up", "MFA_SETUP_SANDBOX", "http://localhost:PORT", {"MFA_SETUP_SANDBOX": "here"}, {}),
    )
] + [
    Case("given before missing: a broken config file", "up --write-config a.json", "config_unreadable", 3,
         ("a.json",), "Fix or remove the file", env=NOTHING, files={"a.json": "{"}),
    Case("given before missing: a mixture", "up --domain acme.eu.auth0.com", "sandbox_mixed", 3,
         ("acme.eu.auth0.com",), "unset MFA_SETUP_SANDBOX", env=NOTHING),
    Case("given before missing: a secret in the file", "up", "secret_in_config", 3, ("client_secret",),
         "Remove the secret", env=NOTHING, files={"mfa-setup.toml": f'[auth0]\nclient_secret = "{PLANTED}"'}),
]  # fmt: skip
FOREIGN = [
    _invalid(f"a domain that only the file names: {what}", line, (f"domain in [auth0] of mfa-setup.toml is {domain}",),
             f"set AUTH0_DOMAIN={domain} or pass --domain {domain}", env={"AUTH0_DOMAIN": None, **env},
             files=_toml("auth0", "domain", domain))
    for what, line, domain, env in (
        ("a custom domain", "up --yes", "login.example.com", {}),
        ("a custom domain, of init", "init --yes", "login.example.com", {"MFA_SETUP_SANDBOX": None}),
        ("a custom domain, of status", "status", "login.example.com", {"MFA_SETUP_SANDBOX": None}),
        ("one that ends like Auth0's", "up --yes", "evilauth0.com", {}),
        ("one that begins like Auth0's", "up --yes", "acme.eu.auth0.com.evil.example", {}),
        ("this machine without a sandbox", "up --yes", "localhost:4400", {"MFA_SETUP_SANDBOX": None}),
        ("this machine without a sandbox, of init", "init --yes", "127.0.0.1:4400", {"MFA_SETUP_SANDBOX": None}),
    )
]  # fmt: skip
MISPLACED = [
    _invalid("misplaced: the client secret as --domain", f"up --yes --domain {PLANTED}", ("--domain is '********'",),
             "bare host name", env={"AUTH0_CLIENT_SECRET": PLANTED}),
    _invalid("misplaced: the Twilio token as the domain", "up --yes", ("AUTH0_DOMAIN is '********'",), "host name",
             env={"TWILIO_AUTH_TOKEN": PLANTED, "AUTH0_DOMAIN": PLANTED}),
    _invalid("misplaced: the API token as the audience", "up --yes", ("AUTH0_AUDIENCE contains one",), "Correct",
             env={"AUTH0_API_TOKEN": PLANTED, "AUTH0_AUDIENCE": PLANTED}),
    Case("misplaced: the Twilio token as an argument", f"up {PLANTED}", "usage", 2, ("********",), "--help",
         env={"TWILIO_AUTH_TOKEN": PLANTED}),
    Case("misplaced: the client secret as the command", PLANTED, "usage", 2, ("********",), "--help",
         env={"AUTH0_CLIENT_SECRET": PLANTED}),
]  # fmt: skip
MIXED = [
    Case(f"mixed: {name}", line, "sandbox_mixed", 3, (says,), fix, env=env, files=files)
    for name, line, says, fix, env, files in (
        ("a real domain of the environment", "up --yes", "acme.eu.auth0.com", "unset MFA_SETUP_SANDBOX",
         {"AUTH0_DOMAIN": "acme.eu.auth0.com"}, {}),
        ("a real domain on the command line", "up --yes --domain acme.eu.auth0.com", "is a real tenant",
         "unset MFA_SETUP_SANDBOX", {}, {}),
        ("a real domain of the file", "up --yes", "is a real tenant", "AUTH0_DOMAIN",
         {"AUTH0_DOMAIN": None}, _toml("auth0", "domain", "acme.eu.auth0.com")),
        ("a real domain, of init", "init --yes --domain login.example.com", "login.example.com",
         "unset MFA_SETUP_SANDBOX", {}, {}),
        ("a real domain, of plan", "plan --domain acme.eu.auth0.com", "is a real tenant", "AUTH0_DOMAIN", {}, {}),
        ("a name that only looks like loopback", "up --yes --domain localhost.example.com", "is a real tenant",
         "AUTH0_DOMAIN", {}, {}),
        ("the real Twilio", "up --yes", "would use the real Twilio", "`mfa-setup sandbox` prints",
         {"MFA_SETUP_SANDBOX": None}, {}),
        ("the real Twilio, of status", "status", "would use the real Twilio", "Set MFA_SETUP_SANDBOX",
         {"MFA_SETUP_SANDBOX": None}, {}),
        ("a sandbox elsewhere", "up --yes", "sandbox.example.com", "http://localhost:PORT",
         {"MFA_SETUP_SANDBOX": "https://sandbox.example.com"}, {}),
        ("a sandbox in the next room", "up --yes", "192.168.0.5", "http://localhost:PORT",
         {"MFA_SETUP_SANDBOX": "http://192.168.0.5:4400"}, {}),
        ("a sandbox that only looks local", "up --yes", "localhost.example.com", "http://localhost:PORT",
         {"MFA_SETUP_SANDBOX": "http://localhost.example.com:4400"}, {}),
    )
]  # fmt: skip

# --- refused, unreachable, failing -----------------------------------------------------------------------------------


def _token(**options: object) -> Callable[[Lab], Environment]:
    return lambda lab: {"AUTH0_API_TOKEN": lab.token(**options)}


def _grant(*scopes: str) -> Callable[[Lab], Environment]:
    def narrow(lab: Lab) -> Environment:
        lab.grant(scopes)
        return {}

    return narrow


def _no_grant(lab: Lab) -> Environment:
    lab.control("grants", {"scope": None})
    return {}


def _in_bearer_form(lab: Lab) -> Environment:
    return {"AUTH0_API_TOKEN": f"Bearer {lab.token()}"}


def _tampered(lab: Lab) -> Environment:
    head, claims, signature = lab.token().split(".")
    return {"AUTH0_API_TOKEN": f"{head}.{claims}.{signature[::-1]}"}


def _rotated(lab: Lab) -> Environment:
    lab.control("twilio/token", {"auth_token": "f" * 32})
    return {}


def _test_credentials(lab: Lab) -> Environment:
    own = lab.sandbox.world.twilio.credentials
    return {"TWILIO_ACCOUNT_SID": own.test_account_sid, "TWILIO_AUTH_TOKEN": own.test_auth_token}


def _key_pair(lab: Lab) -> Environment:
    own = lab.sandbox.world.twilio.credentials
    return {"TWILIO_AUTH_TOKEN": None, "TWILIO_API_KEY": own.api_key, "TWILIO_API_SECRET": own.api_secret}


def _as_an_app(lab: Lab) -> Environment:
    body = {"name": "An app", "app_type": "regular_web", "grant_types": ["authorization_code"]}
    made = lab.auth0("POST", "clients", body)
    return {"AUTH0_CLIENT_ID": made["client_id"], "AUTH0_CLIENT_SECRET": made["client_secret"]}


READ_SCOPES = (
    "read:tenant_settings",
    "read:clients",
    "read:connections",
    "read:guardian_factors",
    "read:phone_providers",
    "read:mfa_policies",
)
WRONG = "wrong-but-well-formed-0123456789"
REFUSED = [
    Case(f"refused: {name}", line, code, 4, (says,), fix, env=env, given=given, asks=True)
    for name, line, code, says, fix, env, given in (
        ("a wrong client secret", "up --yes", "credentials_refused", "Auth0 rejected", "AUTH0_CLIENT_SECRET",
         {"AUTH0_CLIENT_SECRET": WRONG}, _rotated),
        ("a wrong client secret, of status", "status", "credentials_refused", "Auth0 rejected", "AUTH0_CLIENT_SECRET",
         {"AUTH0_CLIENT_SECRET": WRONG}, _grant()),
        ("an unknown client ID", "up --yes", "credentials_refused", "Auth0 rejected", "AUTH0_CLIENT_ID",
         {"AUTH0_CLIENT_ID": "nobody"}, _grant()),
        ("a wrong Twilio token", "up --yes", "credentials_refused", "Twilio rejected", "TWILIO_AUTH_TOKEN",
         {"TWILIO_AUTH_TOKEN": "0" * 32}, _grant(*READ_SCOPES)),
        ("a rotated Twilio token", "buy-number --yes", "credentials_refused", "Twilio rejected", "TWILIO_AUTH_TOKEN",
         {}, _rotated),
        ("another Twilio account", "up --yes", "credentials_refused", "Twilio rejected", "TWILIO_ACCOUNT_SID",
         {"TWILIO_ACCOUNT_SID": f"AC{HEX}"}, _grant(*READ_SCOPES)),
        ("a wrong Twilio API key", "plan", "credentials_refused", "Twilio rejected", "API key",
         {"TWILIO_API_KEY": f"SK{HEX}", "TWILIO_API_SECRET": WRONG}, _grant(*READ_SCOPES)),
        ("Twilio's test credentials", "up --yes", "credentials_refused", "test credentials", "live credentials",
         {}, _test_credentials),
        ("a token that is none", "up --yes", "credentials_refused", "cannot read the access token", "AUTH0_API_TOKEN",
         {"AUTH0_API_TOKEN": WRONG}, _grant()),
        ("a token of another key", "up --yes", "credentials_refused", "rejected the access token", "AUTH0_API_TOKEN",
         {}, _tampered),
        ("a token with Bearer before it", "up --yes", "credentials_refused", "cannot read", "without `Bearer`",
         {}, _in_bearer_form),
        ("an expired token", "up --yes", "credentials_refused", "has expired", "Get a new token", {},
         _token(expires_in=-10)),
        ("a token without scopes", "up --yes", "scope_missing", "read:tenant_settings", "grant the scopes",
         {}, _token(scope=[])),
        ("a token without one scope", "init --yes", "scope_missing", "lacks a scope: read:connections.", "grant the",
         {}, _token(scope=["read:tenant_settings", "read:clients", "create:clients", "update:clients",
                           "update:connections"])),
        ("a token with one scope is told all others at once", "up --yes", "scope_missing",
         "read:phone_providers, update:clients, update:connections, update:guardian_factors, update:mfa_policies",
         "grant the", {}, _token(scope=["read:tenant_settings"])),
        ("a grant without scopes", "up --yes", "scope_missing", "lacks scopes", "client-grants", {}, _grant()),
        ("a grant for reading alone", "up --yes", "scope_missing", "create:clients, create:phone_providers, update:",
         "grant the scopes", {}, _grant(*READ_SCOPES)),
        ("a grant for reading alone, of init", "init --yes", "scope_missing", "create:clients, update:connections",
         "grant the scopes", {}, _grant(*READ_SCOPES)),
        ("a grant without the policies", "policy never --yes", "scope_missing", "read:mfa_policies", "grant the", {},
         _grant(*READ_SCOPES[:-1])),
        ("no grant at all", "up --yes", "forbidden", "is not authorized", "authorize the application", {}, _no_grant),
        ("the credentials of an application", "up --yes", "forbidden", "client credentials grant", "--app-client-id",
         {}, _as_an_app),
    )
] + [
    Case("refused: an audience that Auth0 does not know", "plan", "invalid_value", 3, ("audience",), "AUTH0_AUDIENCE",
         env={"AUTH0_AUDIENCE": "https://other.eu.auth0.com/api/v2/"}, asks=True),
    Case("refused: a token of another API", "up --yes", "invalid_value", 3, ("AUTH0_API_TOKEN", "another API"),
         "AUTH0_AUDIENCE", given=_token(audience="https://api.example.com/")),
    Case("refused: a suspended Twilio account", "up --yes", "forbidden", 4, ("suspended",), "Twilio",
         world={"twilio_account": "suspended"}, asks=True),
    Case("missing: the auth token beside an API key", "up --yes", "value_needed", 6, ("The API key works only",),
         "TWILIO_AUTH_TOKEN", given=_key_pair, asks=True),
    Case("missing: the auth token beside an API key, on legacy", "up --yes", "value_needed", 6,
         ("The API key works only",),
         "--twilio-auth-token-file", given=_key_pair, world={"phone_stack": "legacy"}, asks=True),
]  # fmt: skip


def _fails(path: str, effect: str, method: str = "GET") -> Callable[[Lab], Environment]:
    def fault(lab: Lab) -> Environment:
        lab.faults({"method": method, "path": path, "effect": effect, "times": 20})
        return {}

    return fault


@functools.cache
def _closed_port() -> int:
    """A port of this machine on which nobody answers: it is taken as long as the tests run, and does not listen."""
    taken = socket.socket()
    atexit.register(taken.close)
    taken.bind(("127.0.0.1", 0))
    return int(taken.getsockname()[1])


def _nobody(*variables: str) -> Callable[[Lab], Environment]:
    def point(lab: Lab) -> Environment:
        del lab
        nobody = f"127.0.0.1:{_closed_port()}"
        return {name: nobody if name == "AUTH0_DOMAIN" else f"http://{nobody}" for name in variables}

    return point


SETTINGS_PATH, NUMBERS_PATH = "/api/v2/tenants/settings", "/2010-04-01/Accounts/*/IncomingPhoneNumbers.json"
FAILING = [
    Case("unreachable: both services", "up --yes --timeout 1", "service_unavailable", 5,
         ("Auth0 could not be reached at 127.0.0.1:",), "Check AUTH0_DOMAIN",
         given=_nobody("MFA_SETUP_SANDBOX", "AUTH0_DOMAIN")),
    Case("unreachable: both, of status", "status --timeout 0.1", "service_unavailable", 5,
         ("the connection was refused",), "Check AUTH0_DOMAIN", given=_nobody("MFA_SETUP_SANDBOX", "AUTH0_DOMAIN")),
    Case("unreachable: Auth0", "init --yes --timeout 0.1", "service_unavailable", 5,
         ("Auth0 could not be reached at 127.0.0.1:",), "Check AUTH0_DOMAIN", given=_nobody("AUTH0_DOMAIN")),
    Case("unreachable: Twilio", "up --yes --timeout 1", "service_unavailable", 5,
         ("Twilio could not be reached at 127.0.0.1:",), "Check your network", asks=True,
         given=_nobody("MFA_SETUP_SANDBOX")),
] + [
    Case(f"failing: {service} {name}", f"up --yes --timeout {seconds}", code, 5, (service, says), fix, asks=True,
         given=_fails(path, effect, method))
    for service, method, path in (
        ("Auth0", "GET", SETTINGS_PATH), ("Auth0", "POST", "/oauth/token"), ("Twilio", "GET", NUMBERS_PATH),
    )
    for name, effect, seconds, code, says, fix in (
        (f"500 on {path}", "status:500", "1", "service_unavailable", "failed with HTTP 500", "status page"),
        (f"503 on {path}", "status:503", "0.1", "service_unavailable", "failed with HTTP 503", "status page"),
        (f"429 on {path}", "status:429", "0.1", "rate_limited", "rate limit is exceeded", "--timeout SECONDS"),
        (f"HTML on {path}", "html", "0.1", "service_unavailable", "failed with HTTP 502", "status page"),
        (f"half an answer on {path}", "truncate", "0.1", "service_unavailable", "could not be reached", "network"),
        (f"a reset on {path}", "reset", "0.1", "service_unavailable", "could not be reached", "network"),
    )
] + [
    Case("failing: Auth0 refuses for a reason of its own", "plan", "service_refused", 1, ("Auth0 rejected",),
         "Correct what the service's message names", given=_fails(SETTINGS_PATH, "status:400"), asks=True),
    Case("failing: Twilio refuses for a reason of its own", "plan", "service_refused", 1, ("Twilio rejected",),
         "https://www.twilio.com/docs/errors/", given=_fails(NUMBERS_PATH, "status:422"), asks=True),
]  # fmt: skip

# --- what does not fit the world -------------------------------------------------------------------------------------

OURS, THEIRS = "+14155550100", "+12125550100"
NAME = "Twilio MFA Test"
OTHER_ACCOUNT = f"AC{HEX}"


def _spas(*kinds: str, name: str = NAME) -> Callable[[Lab], Environment]:
    def make(lab: Lab) -> Environment:
        for kind in kinds:
            lab.auth0("POST", "clients", {"name": name, "app_type": kind})
        return {}

    return make


def _numbers(*numbers: str) -> Callable[[Lab], Environment]:
    def add(lab: Lab) -> Environment:
        for number in numbers:
            lab.control("twilio/numbers", {"phone_number": number})
        return {}

    return add


def _two_services(lab: Lab) -> Environment:
    lab.control("twilio/services", {"friendly_name": "Second", "verified": True})
    return {}


def _provider(name: str = "twilio") -> Callable[[Lab], Environment]:
    def put(lab: Lab) -> Environment:
        twilio = {"sid": OTHER_ACCOUNT, "default_from": THEIRS, "delivery_methods": ["text"]}
        configuration = twilio if name == "twilio" else {"delivery_methods": ["text"]}
        credentials = {"auth_token": "f" * 32} if name == "twilio" else {}
        body = {"name": name, "disabled": False, "configuration": configuration, "credentials": credentials}
        lab.auth0("POST", "branding/phone/providers", body)
        return {}

    return put


def _legacy_provider(name: str = "twilio") -> Callable[[Lab], Environment]:
    def put(lab: Lab) -> Environment:
        if name == "twilio":
            body = {"sid": OTHER_ACCOUNT, "from": THEIRS, "auth_token": "f" * 32}
            lab.auth0("PUT", "guardian/factors/phone/providers/twilio", body)
        lab.auth0("PUT", "guardian/factors/phone/selected-provider", {"provider": name})
        return {}

    return put


def _fits_not(name: str, line: str, ends: tuple[str, int], says: str, fix: str, **rest: object) -> Case:
    return Case(name, line, *ends, (says,), fix, asks=True, **rest)  # type: ignore[arg-type]


NOT_FOUND, CHOICE, GUARD = ("not_found", 3), ("choice_needed", 6), ("guard_refused", 7)
CONFLICT, PRICE = ("provider_conflict", 7), ("price_over_limit", 7)
UNMADE = ("check_not_made", 6)
LEGACY = {"phone_stack": "legacy"}
WORLD = [
    _fits_not("no such connection", "up --yes --connection Nope", NOT_FOUND, "no database connection Nope",
              "Username-Password-Authentication"),
    _fits_not("no such connection, of the file", "init --yes", NOT_FOUND, "no database connection Nope",
              "Pass --connection", files=_toml("application", "connection", "Nope")),
    _fits_not("no application of that client ID", "up --yes --app-client-id nobody", NOT_FOUND, "client ID nobody",
              "Correct --app-client-id"),
    _fits_not("several applications of one name", "up --yes", CHOICE, f'2 applications named "{NAME}"',
              "--app-client-id", given=_spas("spa", "spa")),
    _fits_not("several applications of one name, of init", "init --yes", CHOICE, "3 applications named",
              "Pass --app-client-id", given=_spas("spa", "native", "spa")),
    _fits_not("several applications of a given name", "plan --name Acme", CHOICE, '2 applications named "Acme"',
              "--app-client-id", given=_spas("spa", "spa", name="Acme")),
    _fits_not("an application that is no SPA", "up --yes", ("application_not_spa", 7), "has type regular_web",
              "Pass another --name", given=_spas("regular_web")),
    _fits_not("an application that is no SPA, of init", "init --yes --name Acme", ("application_not_spa", 7),
              "has type native", "--app-client-id", given=_spas("native", name="Acme")),
    _fits_not("a number of nobody here", f"up --yes --from {THEIRS}", NOT_FOUND, f"{THEIRS} is not a number",
              "omit --from"),
    _fits_not("a number of another account", f"enable-sms --yes --from {THEIRS}", NOT_FOUND, THEIRS,
              f"--from: {OURS}", given=_numbers(OURS)),
    _fits_not("no such Messaging Service", f"up --yes --messaging-service-sid MG{HEX}", NOT_FOUND, f"MG{HEX}",
              "Correct --messaging-service-sid"),
    _fits_not("one foreign number", "up --yes", CHOICE, OURS, f"Pass --from {OURS}", given=_numbers(OURS)),
    _fits_not("several foreign numbers", "up --yes", CHOICE, THEIRS, "or --buy to buy another",
              given=_numbers(OURS, THEIRS)),
    _fits_not("several foreign numbers, of buy-number", "buy-number --yes", CHOICE, OURS, "--buy",
              given=_numbers(OURS, THEIRS)),
    _fits_not("several foreign numbers, on legacy", "up --yes", CHOICE, OURS, "--from", world=LEGACY,
              given=_numbers(OURS, THEIRS)),
    _fits_not("several verified Messaging Services", "up --yes", CHOICE, "Several Messaging Services",
              "Pass --messaging-service-sid", given=_two_services),
    _fits_not("no number for the step", "enable-sms --yes", ("value_needed", 6), "no number to send from",
              "mfa-setup buy-number"),
    _fits_not("no number of that area code", "up --yes --area-code 907", ("no_numbers", 1), "area code 907",
              "another --area-code"),
    _fits_not("no number with those digits", "buy-number --yes --contains 0000000", ("no_numbers", 1),
              "contains 0000000", "--contains"),
    _fits_not("no number without documents", "buy-number --yes --country DE", ("no_numbers", 1), "in DE", "--country"),
    _fits_not("no numbers in that country", "buy-number --yes --country JP", ("no_numbers", 1), "in JP", "--country"),
    _fits_not("a price over the limit", "up --yes --max-price 1", PRICE, "costs 1.15 USD", "Raise --max-price to 1.15"),
    _fits_not("a price over the limit, of the file", "buy-number --yes", PRICE, "--max-price is 0.99", "--number-type",
              files=_toml("number", "max_price", 0.99)),
    _fits_not("a price over the limit, of plan", "plan --max-price 1", PRICE, "costs 1.15 USD", "--max-price"),
    _fits_not("a toll-free price over the limit", "up --yes --number-type toll-free --max-price 1.15", PRICE,
              "costs 2.15 USD", "--max-price"),
    _fits_not("another account's provider", "up --yes", CONFLICT, OTHER_ACCOUNT, "--replace-provider",
              given=_provider()),
    _fits_not("another account's provider, on legacy", "up --yes", CONFLICT, OTHER_ACCOUNT, "--replace-provider",
              given=_legacy_provider(), world=LEGACY),
    _fits_not("a provider of another kind", "up --yes", UNMADE, "not Twilio (custom)", "--override provider_account",
              given=_provider("custom")),
    _fits_not("a provider of another kind, on legacy", "up --yes", UNMADE, "not Twilio (phone-message-hook)",
              "--override provider_account", given=_legacy_provider("phone-message-hook"), world=LEGACY),
    _fits_not("a policy without its floor", "policy always --yes", GUARD, "lock users out", "mfa-setup enable-sms"),
    _fits_not("a policy without its floor, on legacy", "policy adaptive --yes", GUARD, "lock users out",
              "mfa-setup up", world=LEGACY),
    _fits_not("no --yes", "up", ("confirmation_needed", 6), "Every user of every application", "--yes"),
    _fits_not("no --yes in a step", "init", ("confirmation_needed", 6), "create application", "--yes"),
    _fits_not("no --yes for a purchase", "buy-number", ("confirmation_needed", 6), "create phone number", "--yes"),
    _fits_not("no --yes and no input", "up --no-input", ("confirmation_needed", 6), "confirmation", "--yes"),
    _fits_not("no --yes in CI", "up", ("confirmation_needed", 6), "confirmation", "--yes", env={"CI": "1"}),
]  # fmt: skip

CASES = [
    *_on_the_command_line(), *_in_the_file(), *_in_the_environment(), *TYPES, *SETTINGS_FILES, *APP_FILES,
    *SECRET_FILES, *USAGE, *TOGETHER, *LOWER_SOURCES, *MISSING, *GIVEN_FIRST, *FOREIGN, *MISPLACED, *MIXED, *REFUSED,
    *FAILING, *WORLD,
]  # fmt: skip


@pytest.fixture(params=["json", "human"])
def mode(request: pytest.FixtureRequest) -> Mode:
    """How the outcome is told."""
    found: Mode = request.param
    return found


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_bad_input_ends_in_its_exit_code_with_one_message_and_the_fix_and_changes_nothing(
    case: Case, mode: Mode, run: Run, make_lab: Callable[..., Lab], folder: Path
) -> None:
    lab = make_lab(**case.world)
    env = {**lab.env, **case.env, **case.given(lab)}
    write(folder, case.files)
    before, files, mark = lab.everything, contents(folder), lab.mark()

    command, *rest = case.arguments
    arguments = [command, *(["--json"] if mode == "json" else []), *rest]
    result = run(*arguments, env=env, stdin=case.stdin)

    assert result.code == case.exits, result.out + result.err
    if mode == "json":
        case.check_json(result)
    else:
        case.check_human(result)
    shown = result.out + result.err
    assert "Traceback" not in shown
    assert "\x1b" not in shown
    assert [secret for secret in secrets_in(env) if secret in shown] == []
    assert lab.everything == before
    assert contents(folder) == files
    requests = [(entry["method"], entry["path"]) for entry in lab.log(mark)]
    assert case.asks or requests == []
    assert [path for method, path in requests if method not in READS and path != "/oauth/token"] == []


@pytest.mark.parametrize("name", ["always", "adaptive"])
def test_a_refused_policy_lists_its_failing_checks_with_their_fix(run: Run, lab: Lab, name: str) -> None:
    result = run("policy", name, "--yes", "--json", env=lab.env)
    assert result.code == 7
    failing = {check["id"]: check for check in result.document["checks"] if check["status"] == "fail"}
    assert failing.keys() == {"factor_on", "message_type_set", "provider_enabled"}
    assert all(check["evidence"] and "mfa-setup enable-sms" in check["fix"] for check in failing.values())
    assert lab.tenant["policies"] == []


def test_a_refused_policy_shows_people_its_failing_checks(run: Run, unified: Lab) -> None:
    result = run("policy", "always", "--yes", env=unified.env)
    assert "x factor_on: The SMS factor is disabled." in result.err
    assert "x provider_enabled: The tenant has no enabled phone provider that can send codes." in result.err


def test_missing_scopes_are_named_together(run: Run, unified: Lab) -> None:
    env = {**unified.env, "AUTH0_API_TOKEN": unified.token(scope=READ_SCOPES)}
    message = run("up", "--yes", "--json", env=env).document["error"]["message"]
    for scope in (
        "create:clients",
        "create:phone_providers",
        "update:connections",
        "update:guardian_factors",
        "update:mfa_policies",
    ):
        assert scope in message


def test_a_refusal_of_a_service_names_the_service_and_its_status(run: Run, unified: Lab) -> None:
    wrong = run("up", "--yes", "--json", env={**unified.env, "AUTH0_CLIENT_SECRET": WRONG}).document["error"]
    assert (wrong["service"], wrong["status"]) == ("auth0", 401)
    wrong = run("up", "--yes", "--json", env={**unified.env, "TWILIO_AUTH_TOKEN": "0" * 32}).document["error"]
    assert (wrong["service"], wrong["status"]) == ("twilio", 401)
    assert wrong["request_id"]


def test_a_wait_before_a_retry_is_told_on_standard_error(run: Run, unified: Lab) -> None:
    unified.faults({"method": "GET", "path": SETTINGS_PATH, "effect": "status:500", "times": 1})
    result = run("plan", "--json", env=unified.env)
    assert result.document["ok"] is True
    assert "Auth0 failed with HTTP 500. Trying again in" in result.err


def test_requests_that_wait_for_the_same_reason_tell_it_once(run: Run, unified: Lab) -> None:
    unified.faults({"method": "GET", "path": "/api/v2/guardian/*", "effect": "status:500", "times": 3})
    result = run("status", "--json", env=unified.env)
    assert result.document["ok"] is True
    assert result.err.count("Trying again in") == 1


def test_quiet_still_tells_what_went_wrong(run: Run, unified: Lab) -> None:
    result = run("up", "--quiet", "--country", "UK", env=unified.env)
    assert (result.code, result.out) == (3, "")
    assert "Error: --country is 'UK'" in result.err


def test_json_is_pure_ascii_so_that_no_text_can_act_on_a_terminal(run: Run, unified: Lab) -> None:
    result = run("up", "--json", "--name", "\x1b]0;owned\x07ÄÖÜ\u202e", env=unified.env)
    assert result.code == 3
    assert result.out.isascii()
    assert result.out.rstrip("\n").isprintable()


def test_the_table_holds_hundreds_of_cases_each_with_a_fix() -> None:
    assert len(CASES) >= 400
    assert len({case.name for case in CASES}) == len(CASES)
    assert all(case.fix and case.says for case in CASES)


def test_a_state_folder_that_cannot_be_made_is_named(run: Run, unified: Lab, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    env = {**unified.env, "MFA_SETUP_STATE_DIR": str(tmp_path / "file" / "state")}
    result = run("up", "--yes", "--json", env=env)
    assert (result.code, result.document["error"]["code"]) == (3, "config_unreadable")
    assert "MFA_SETUP_STATE_DIR" in result.document["error"]["hint"]


def test_every_refusal_of_a_guard_lists_its_failing_check(run: Run, unified: Lab) -> None:
    result = run("up", "--yes", "--json", "--max-price", "0.01", env=unified.env)
    assert result.code == 7
    assert [check["status"] for check in result.document["checks"]] == ["fail"]
    assert result.document["checks"][0]["id"] == "price_over_limit"
