"""The settings of one run: the desired state, and the origin of each value."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from mfa_setup.errors import InvalidValueError
from mfa_setup.model.desired import Desired, DesiredApplication, DesiredNumber, DesiredScope, DesiredSms
from mfa_setup.model.outcome import Notice
from mfa_setup.quoting import looks_random, shortened
from mfa_setup.settings import parsers
from mfa_setup.settings.endpoints import is_loopback
from mfa_setup.settings.schema import BY_NAME, PREFIX, SECRET_VARIABLES, SETTINGS, VARIABLES
from mfa_setup.settings.settings_file import read_file
from mfa_setup.settings.sources import Given, InFile, Origin, merge, written
from mfa_setup.settings.urls import never_matches


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a run.

    Attributes:
        desired: The desired state of the resources.
        given: Every setting by name, with its origin.
        file: The settings file that was read; None if there was no file.
        notices: Warnings about unknown environment variables and URLs that never match.
    """

    desired: Desired
    given: Mapping[str, Given]
    file: Path | None = None
    notices: tuple[Notice, ...] = ()

    @property
    def domain(self) -> str | None:
        """The tenant's domain."""
        value: str | None = self.given["domain"].value
        return value

    @property
    def app_dir(self) -> Path | None:
        """The folder of the app whose config file is written."""
        value: Path | None = self.given["app_dir"].value
        return None if value is None else self._base("app_dir") / value

    @property
    def write_config(self) -> Path | None:
        """The path of the app's config file, relative to `config_base`; None if `app_dir` overrides it."""
        value: Path | None = self.given["write_config"].value
        return None if self.given["app_dir"].origin > self.given["write_config"].origin else value

    @property
    def config_base(self) -> Path:
        """The folder that a relative `write_config` is relative to: the settings file's, or the working folder."""
        return self._base("write_config")

    @property
    def by_source(self) -> dict[str, object]:
        """The values that were given, by the flag, variable or key that each came from."""
        return {entry.source: entry.value for entry in self.given.values() if entry.is_given}

    @property
    def variables(self) -> tuple[str, ...]:
        """The MFA_SETUP_… variables whose values are used."""
        from_environment = [entry.source for entry in self.given.values() if entry.origin is Origin.ENVIRONMENT]
        return tuple(source for source in from_environment if source.startswith(PREFIX))

    def _base(self, name: str) -> Path:
        in_file = self.given[name].origin in {Origin.FLEET, Origin.FILE}
        return self.file.parent if self.file and in_file else Path()


def load(flags: Mapping[str, Any], environment: Mapping[str, str], file: Path | None = None) -> Settings:
    """Loads the settings from all their sources.

    Args:
        flags: The values of options by the names of their settings; None and an empty list count as not given.
        environment: The environment variables.
        file: The settings file, as found by `settings_file.find_file`; None for no file.

    Raises:
        InvalidValueError: A value is malformed, or two values contradict each other.
        ConfigUnreadableError: The file cannot be read.
    """
    files = (InFile(Origin.FILE, read_file(file), str(file)),) if file else ()
    return settings_of(merge(flags, environment, files), file, tuple(_unknown_variables(environment)))


def settings_of(given: Mapping[str, Given], file: Path | None, notices: Sequence[Notice] = ()) -> Settings:
    """Builds the settings from values that have been merged.

    Args:
        given: Every setting by name.
        file: The settings file that was read; relative paths in it are relative to its folder.
        notices: Warnings about the sources.

    Raises:
        InvalidValueError: Two values contradict each other.
    """
    _refuse_contradictions(given)
    value = {name: entry.value for name, entry in given.items()}
    only = _only(given)
    desired = Desired(
        application=None if value["no_app"] else _application(given),
        number=DesiredNumber(
            sender=value["from"],
            **{name: value[name] for name in DesiredNumber.model_fields if name != "sender"},
        ),
        sms=DesiredSms(
            delivery=value["delivery"] or "sms",
            delivery_given=given["delivery"].is_given,
            enrollment_template=value["enrollment_template"],
            verification_template=value["verification_template"],
            replace_provider=value["replace_provider"],
            resend_token=value["resend_token"],
        ),
        countries=value["countries"] or (),
        policy=value["policy"],
        only=only,
        everyone=value["everyone"] and not only.is_given,  # limits that are left here come from a higher source
    )
    unmatched = _unmatched_urls(given) if desired.application else ()
    return Settings(desired, given, file, (*notices, *unmatched))


def _only(given: Mapping[str, Given]) -> DesiredScope:
    """Returns the limits of the policy, without those that a higher source overrides: another policy, or everyone."""
    ends = [one.origin for one in (given["policy"], given["everyone"]) if one.value not in {"always", False}]
    limits = {key: given[f"only_{key}"] for key in DesiredScope.model_fields}
    return DesiredScope(
        **{key: one.value for key, one in limits.items() if one.is_given and all(one.origin >= end for end in ends)}
    )


def lasting(settings: Settings) -> dict[str, Any]:
    """Returns the given values that mean the same if they all come from one settings file.

    Values that apply to a single run are left out, and so are those that a value of a higher source overrides.
    """
    given, only = settings.given, settings.desired.only
    gone = {name for name in _LISTS.values() if given[name].origin < given["urls"].origin}
    gone |= {f"only_{key}" for key in DesiredScope.model_fields if key not in only.model_fields_set}
    gone |= {"everyone"} if given["everyone"].value and not settings.desired.everyone else set()
    gone |= {"write_config"} if settings.write_config is None else set()
    if given["no_app"].value:
        gone |= {name for name in _OF_APPLICATION if given[name].origin < given["no_app"].origin}
    kept = (setting.name for setting in SETTINGS if not setting.one_shot and setting.name not in gone)
    return {name: given[name].value for name in kept if given[name].is_given}


def require_confirmed_domain(settings: Settings, *, sandbox: SplitResult | None) -> None:
    """Refuses to send secrets to a domain that only the settings file names, unless it is Auth0's or the sandbox.

    Args:
        settings: The settings.
        sandbox: The URL in MFA_SETUP_SANDBOX. Another port of this machine may be another user's program.

    Raises:
        InvalidValueError: The domain needs to be confirmed.
    """
    entry = settings.given["domain"]
    if entry.origin is not Origin.FILE:
        return
    parts = urlsplit(f"//{entry.value}")
    host = parts.hostname or ""
    is_sandbox = sandbox is not None and is_loopback(host) and parts.port == sandbox.port
    if not (is_of_auth0(host) or is_sandbox):
        raise InvalidValueError(
            f"{entry.source} is {entry.value}, which is not under auth0.com. A settings file alone cannot send "
            "credentials to such a domain.",
            hint=f"If it is your tenant's domain, set AUTH0_DOMAIN={entry.value} or pass --domain {entry.value}.",
        )


def is_of_auth0(host: str) -> bool:
    """Whether a host is under auth0.com, where only Auth0 can assign domains."""
    return host == "auth0.com" or host.endswith(".auth0.com")


_LISTS = {"callbacks": "callback_urls", "logout_urls": "logout_urls", "web_origins": "web_origins"}
"""The fields of an application that `--url` fills in, and the setting of each field."""


_OF_APPLICATION = ("app_client_id", "harden", "prune_urls", "app_dir", "write_config")
"""The settings that contradict `no_app` of the same or a lower source."""


def _application(given: Mapping[str, Given]) -> DesiredApplication:
    urls = given["urls"].value
    origins = tuple(dict.fromkeys(parsers.origin_of(url) for url in urls))
    # An app with its callback at /callback usually returns to its origin after logout.
    logout = tuple(dict.fromkeys((*urls, *origins)))
    defaults = {field for field, name in _LISTS.items() if not (given[name].is_given or given["urls"].is_given)}
    defaults |= {name for name in ("connection", "name") if not given[name].is_given}
    return DesiredApplication(
        name=given["name"].value,
        client_id=given["app_client_id"].value,
        callbacks=_urls(given, "callback_urls", urls),
        logout_urls=_urls(given, "logout_urls", logout),
        web_origins=_urls(given, "web_origins", origins),
        connection=given["connection"].value,
        prune_urls=given["prune_urls"].value,
        harden=given["harden"].value,
        defaults=frozenset(defaults),
    )


def at_url(desired: Desired, url: str | None) -> Desired:
    """Returns the desired state with URLs for an app that runs at a URL of its own, if no URLs were given."""
    app = desired.application
    if app is None or url is None:
        return desired
    origin = parsers.origin_of(url)
    own = {"callbacks": (url,), "logout_urls": tuple(dict.fromkeys((url, origin))), "web_origins": (origin,)}
    changed = app.model_copy(update={name: urls for name, urls in own.items() if name in app.defaults})
    return desired.model_copy(update={"application": changed})


def _urls(given: Mapping[str, Given], name: str, common: tuple[str, ...]) -> tuple[str, ...]:
    """Returns the value of a specific URL setting, unless `--url` overrides it from a higher source."""
    special = given[name]
    if special.value is None or special.origin < given["urls"].origin:
        return common
    return tuple(special.value)


def _unmatched_urls(given: Mapping[str, Given]) -> Iterator[Notice]:
    """Yields a warning for each given URL that Auth0 stores but never matches to any URL of an app."""
    for name in ("urls", *_LISTS.values()):
        for url in (given[name].value or ()) if given[name].is_given else ():
            if why := never_matches(url):
                yield Notice(
                    code="url_never_matches",
                    message=f"{given[name].source} is {parsers.quoted(url)}, which never matches a URL: {why}.",
                    hint="List each URL, or use a wildcard such as https://*.example.com/callback.",
                )


def _refuse_contradictions(given: Mapping[str, Given]) -> None:
    """Refuses values that are valid separately but contradict each other."""
    area, kind, country = given["area_code"], given["number_type"], given["country"].value
    if area.value and country not in parsers.NORTH_AMERICA:
        raise InvalidValueError(
            f"{area.source} works only for the US and Canada, and the country is {country}.",
            hint=f"Remove {area.source}, or use --contains instead.",
        )
    if kind.value == "mobile" and country in parsers.NORTH_AMERICA:
        raise InvalidValueError(
            (
                f"{kind.source} is mobile, but {country} has no separate mobile numbers: local numbers are used for "
                "mobile phones too."
            ),
            hint=f"Use {written(BY_NAME['number_type'], kind.origin, 'local')}.",
        )
    for ending in (given["policy"], given["everyone"]):
        for name in DesiredScope.model_fields if ending.value not in {"always", False} else ():
            limit = given[f"only_{name}"]
            is_settled = ending is given["everyone"] and limit.origin > ending.origin  # the limit overrides it
            if limit.is_given and limit.origin >= ending.origin and not is_settled:  # a lower limit is overridden
                raise _contradiction(ending, limit)
    if given["from"].value and given["buy"].value:
        raise _contradiction(given["from"], given["buy"])
    no_app = given["no_app"]
    for name in _OF_APPLICATION if no_app.value else ():
        if given[name].value and given[name].origin >= no_app.origin:  # a value from a lower source is overridden
            raise _contradiction(no_app, given[name])
    delivery, service = given["delivery"], given["messaging_service_sid"]
    if delivery.value in {"voice", "both"} and service.value and not given["from"].value:
        raise InvalidValueError(
            (
                f"{delivery.source} is {delivery.value}, but a Messaging Service cannot make calls: voice requires a "
                "number."
            ),
            hint="Add --from NUMBER.",
        )


def _contradiction(one: Given, other: Given) -> InvalidValueError:
    return InvalidValueError(f"{one.source} and {other.source} contradict each other.", hint="Remove one of them.")


def _shown(name: str) -> str:
    """Returns the name of a variable without its prefix, shortened if it looks random and might be a secret."""
    own = name.removeprefix(PREFIX)
    return shortened(own) if looks_random(own.replace("_", "")) else own


def _unknown_variables(environment: Mapping[str, str]) -> Iterator[Notice]:
    """Yields a warning for each MFA_SETUP_… variable that no setting uses."""
    known = {setting.variable for setting in SETTINGS if setting.variable} | {*SECRET_VARIABLES, *VARIABLES}
    for name in sorted(name for name in environment if name.startswith(PREFIX) and name not in known):
        suffix = name.removeprefix(PREFIX).lower()
        setting = next((setting for setting in SETTINGS if suffix in {setting.name, setting.key}), None)
        near = difflib.get_close_matches(name, known, n=1)
        if setting:
            hint = f"Set {setting.variable} instead." if setting.variable else f"Pass {setting.flag} instead."
        else:
            hint = (
                f"Did you mean {near[0]}?"
                if near
                else "Unset the variable, or see docs/settings.md for the known variables."
            )
        yield Notice(
            code="unknown_variable",
            message=f"The environment variable {PREFIX}{_shown(name)} is set, but no setting uses it.",
            hint=hint,
        )
