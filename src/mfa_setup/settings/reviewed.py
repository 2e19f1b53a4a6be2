"""The settings of a saved plan: what is saved of them, and how they differ from the present settings."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from pydantic import SecretStr

from mfa_setup import __version__
from mfa_setup.errors import InvalidValueError, PlanOutdatedError
from mfa_setup.model.base import JsonValue
from mfa_setup.model.difference import Difference
from mfa_setup.model.plan_file import GivenSettings, PlanFile, Planned, TenantPlan
from mfa_setup.quoting import contains_secret
from mfa_setup.settings.parsers import MalformedError
from mfa_setup.settings.schema import BY_NAME
from mfa_setup.settings.settings import Settings, settings_of
from mfa_setup.settings.settings_file import read_file
from mfa_setup.settings.sources import Given, InFile, Origin, merge

_PLACE = "the plan"
_ANOTHER = "Make a plan with the present settings: `mfa-setup plan --out FILE`."


def given_settings(settings: Settings) -> GivenSettings:
    """Returns the settings to save in a plan, without the domain, which the plan holds on its own."""
    by_origin: dict[Origin, dict[str, JsonValue]] = {origin: {} for origin in Origin}
    for name, entry in settings.given.items():
        if name != "domain":
            by_origin[entry.origin][name] = as_json(entry.value)
    return GivenSettings(
        flags=by_origin[Origin.FLAG],
        variables=by_origin[Origin.ENVIRONMENT],
        file=by_origin[Origin.FILE],
        defaults=by_origin[Origin.FLEET],
    )


def as_json(value: object) -> JsonValue:
    """Returns the value of a setting as a settings file would have it."""
    match value:
        case tuple():
            return [as_json(item) for item in value]
        case None | bool() | int() | float():
            return value
        case _:
            return str(value)


def present_settings(saved: GivenSettings, environment: Mapping[str, str], file: Path | None) -> Settings:
    """Returns the settings that the plan would be made from now.

    The flags that the plan was made with are applied again, and so are its variables that are not set now. Where there
    is no settings file now, that of the plan counts.

    Args:
        saved: The settings of the plan.
        environment: The environment variables.
        file: The settings file, as found by `settings_file.find_file`; None for no file.

    Raises:
        InvalidValueError: A value is malformed, or two values contradict each other.
        ConfigUnreadableError: The file cannot be read.
    """
    in_file = (
        InFile(Origin.FILE, read_file(file), str(file)) if file else InFile(Origin.FILE, _known(saved.file), _PLACE)
    )
    layers = (in_file, InFile(Origin.ENVIRONMENT, _known(saved.variables), _PLACE))
    return settings_of(merge(_known(saved.flags), environment, layers), file)


def _known(values: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    return {name: value for name, value in values.items() if name in BY_NAME and name != "domain"}


def planned_settings(saved: GivenSettings) -> Settings:
    """Returns the settings that a plan was made from.

    Raises:
        InvalidValueError: A value is malformed, or two values contradict each other.
    """
    layers = (
        InFile(Origin.FLEET, _known(saved.defaults), _PLACE),
        InFile(Origin.FILE, _known(saved.file), _PLACE),
        InFile(Origin.ENVIRONMENT, _known(saved.variables), _PLACE),
    )
    return settings_of(merge(_known(saved.flags), {}, layers), None)


def require_settings(saved: GivenSettings, present: Settings) -> None:
    """Refuses a plan that was made for another desired state than the present settings ask for.

    Raises:
        PlanOutdatedError: Settings differ; the error names each with both values.
        InvalidValueError: A value of the plan is malformed.
    """
    planned = planned_settings(saved)
    if _effect(planned) == _effect(present):
        return
    differing = tuple(_differing(planned.given, present.given))
    shown = (
        f"{_source(one, present.given)} is {_text(one.now)}, and {_text(one.planned)} in the plan" for one in differing
    )
    raise PlanOutdatedError(
        f"The plan is outdated, because it was made for another desired state: {'; '.join(shown)}.",
        hint=_ANOTHER,
        differences=differing,
    )


def _effect(settings: Settings) -> tuple[object, ...]:
    """Returns what the settings decide: the desired state, and the app's config file."""
    return settings.desired, settings.given["app_dir"].value, settings.write_config


def _differing(planned: Mapping[str, Given], present: Mapping[str, Given]) -> Iterator[Difference]:
    for name in present:
        before, now = (as_json(entry.value) if entry.is_given else None for entry in (planned[name], present[name]))
        if name != "domain" and before != now:
            yield Difference(path=f"settings.{name}", planned=before, now=now)


def _source(difference: Difference, present: Mapping[str, Given]) -> str:
    name = difference.path.partition(".")[2]
    return present[name].source or BY_NAME[name].flag


def _text(value: JsonValue) -> str:
    shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return "not set" if value is None else shown


def require_tenant(planned: Planned, domain: str, audience: str) -> None:
    """Refuses a plan that was made for another tenant.

    Raises:
        PlanOutdatedError: The domain or the audience differs.
    """
    pairs = {"domain": (planned.domain, domain), "audience": (planned.audience, audience)}
    differing = tuple(
        Difference(path=f"tenant.{name}", planned=before, now=now)
        for name, (before, now) in pairs.items()
        if before.lower() != now.lower()
    )
    if differing:
        first = differing[0]
        raise PlanOutdatedError(
            f"The plan was made for the tenant {first.planned}, and this run is for {first.now}.",
            hint="Apply the plan with the credentials of its tenant, or make a plan for this one.",
            differences=differing,
        )


def require_tenants(plans: Mapping[str, TenantPlan], names: Collection[str]) -> None:
    """Refuses the plans of a fleet if the fleet file no longer contains all their tenants.

    Raises:
        PlanOutdatedError: A tenant was removed or renamed.
    """
    gone = {name: plan.planned.domain for name, plan in plans.items() if name not in names}
    if gone:
        shown = ", ".join(f"{name} ({domain})" for name, domain in gone.items())
        raise PlanOutdatedError(
            f"The plan is outdated. The fleet file no longer contains these tenants of the plan: {shown}.",
            hint="Make a new plan with `mfa-setup fleet plan FLEET_FILE --out FILE`.",
            differences=tuple(Difference(path=f"tenants.{name}", planned=domain) for name, domain in gone.items()),
        )


_LONGEST_VERSION = 40


def require_version(version: str) -> None:
    """Refuses a plan that another version of mfa-setup made, because it may plan other writes.

    Raises:
        PlanOutdatedError: The version differs.
    """
    version = version[:_LONGEST_VERSION]
    if version != __version__:
        raise PlanOutdatedError(
            f"The plan was made by mfa-setup {version}, and this is mfa-setup {__version__}.",
            hint="Make a new plan with this version: `mfa-setup plan --out FILE`.",
            differences=(Difference(path="version", planned=version, now=__version__),),
        )


def settings_for(plan: TenantPlan, present: Settings, source: str) -> Settings:
    """Returns the settings of a run that applies a plan: the plan's desired state, and its domain if none is given.

    The domain of a plan counts as one from a file, to which no secret is sent unless it is confirmed.

    Args:
        plan: The plan.
        present: The present settings.
        source: The name of the plan file, for messages.
    """
    entry = present.given["domain"]
    if not entry.is_given:
        entry = merge({}, {}, (InFile(Origin.FILE, {"domain": plan.planned.domain}, source),))["domain"]
    given = {**present.given, "domain": entry}
    return Settings(plan.planned.desired, given, present.file, present.notices)


def require_no_secret(content: PlanFile, secrets: Iterable[SecretStr]) -> None:
    """Refuses to save a plan that contains a secret, because somebody gave the secret as a setting.

    Raises:
        InvalidValueError: The plan contains one of these secrets.
    """
    if contains_secret(content.text, secrets):
        raise InvalidValueError(
            "The plan would contain a credential of this run, because a setting or a resource has that value.",
            hint="Remove the credential from that setting or resource, then make the plan again.",
        )


_CHOSEN_URLS = {"callbacks": "urls", "logout_urls": "urls", "web_origins": "web_origins"}
"""The fields of an application that the app's own URL fills in, and the setting whose parser checks each value."""


def is_consistent(plan: TenantPlan) -> bool:
    """Whether a plan's desired state is that of its settings, except for what a person can choose at a plan.

    A plan file may come from anywhere, so the chosen values are checked like settings.

    Raises:
        InvalidValueError: A setting of the plan is malformed.
    """
    base, desired = planned_settings(plan.settings).desired, plan.planned.desired
    expected = base
    values: list[tuple[str, str | None]] = [("domain", plan.planned.domain)]
    number = desired.number
    chosen = {name: getattr(number, name) for name in ("sender", "messaging_service_sid", "buy")}
    values += [("from", number.sender), ("messaging_service_sid", number.messaging_service_sid)]
    expected = expected.model_copy(update={"number": base.number.model_copy(update=chosen)})
    app = desired.application
    if base.application and app:
        fields: dict[str, object] = {"client_id": app.client_id}
        fields |= {name: getattr(app, name) for name in _CHOSEN_URLS if name in base.application.defaults}
        values.append(("app_client_id", app.client_id))
        values += [(setting, url) for name, setting in _CHOSEN_URLS.items() for url in getattr(app, name)]
        expected = expected.model_copy(update={"application": base.application.model_copy(update=fields)})
    if offer := plan.planned.offer:
        values += [("from", offer.phone_number), ("country", offer.country)]
    return expected == desired and all(_is_valid(name, value) for name, value in values)


def _is_valid(name: str, value: object) -> bool:
    try:
        return value is None or BY_NAME[name].parser(str(value)) == value
    except MalformedError:
        return False
