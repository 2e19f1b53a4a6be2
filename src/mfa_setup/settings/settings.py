"""The settings of one run: what was asked for, as the engine's desired, and how to work."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mfa_setup.errors import InvalidValueError
from mfa_setup.model.desired import Desired, DesiredApplication, DesiredNumber, DesiredSms
from mfa_setup.settings import parsers
from mfa_setup.settings.schema import BY_NAME
from mfa_setup.settings.sources import Given, merge


@dataclass(frozen=True, slots=True)
class Settings:
    """What was asked for; `given` has every value with its origin."""

    desired: Desired
    domain: str | None
    app_dir: Path | None
    write_config: Path | None
    given: Mapping[str, Given]

    @property
    def told(self) -> dict[str, object]:
        """What somebody asked for, by the options' names."""
        return {BY_NAME[name].flag: entry.value for name, entry in self.given.items() if entry.is_given}


def load(
    flags: Mapping[str, Any], environment: Mapping[str, str], config: Path | None, *, search_file: bool = True
) -> Settings:
    """The settings from all their sources; without a `config` and `search_file` no file is read.

    Raises:
        InvalidValueError: A value, or two values together, make no sense.
    """
    given = merge(flags, environment, config, search_file=search_file)
    _fit(given)
    value = {name: entry.value for name, entry in given.items()}
    return Settings(
        desired=Desired(
            application=None if value["no_app"] else _application(given),
            number=_number(given),
            sms=_sms(given),
            countries=value["countries"] or (),
            policy=value["policy"],
        ),
        domain=value["domain"],
        app_dir=value["app_dir"],
        write_config=value["write_config"],
        given=given,
    )


def _application(given: Mapping[str, Given]) -> DesiredApplication:
    origins = tuple(dict.fromkeys(parsers.origin_of(url) for url in given["urls"].value))
    return DesiredApplication(
        name=given["name"].value,
        client_id=given["app_client_id"].value,
        callbacks=_urls(given, "callback_urls", given["urls"].value),
        logout_urls=_urls(given, "logout_urls", given["urls"].value),
        web_origins=_urls(given, "web_origins", origins),
        connection=given["connection"].value,
        prune_urls=given["prune_urls"].value,
        harden=given["harden"].value,
    )


def _urls(given: Mapping[str, Given], name: str, common: tuple[str, ...]) -> tuple[str, ...]:
    """The special list, unless `--url` comes from a higher source: the command line overrides the file."""
    special = given[name]
    if special.value is None or special.origin < given["urls"].origin:
        return common
    return tuple(special.value)


def _number(given: Mapping[str, Given]) -> DesiredNumber:
    return DesiredNumber(
        sender=given["from"].value,
        messaging_service_sid=given["messaging_service_sid"].value,
        country=given["country"].value,
        area_code=given["area_code"].value,
        contains=given["contains"].value,
        number_type=given["number_type"].value,
        max_price=given["max_price"].value,
        buy=given["buy"].value,
    )


def _sms(given: Mapping[str, Given]) -> DesiredSms:
    return DesiredSms(
        delivery=given["delivery"].value,
        delivery_given=given["delivery"].is_given,
        enrollment_template=given["enrollment_template"].value,
        verification_template=given["verification_template"].value,
        replace_provider=given["replace_provider"].value,
        resend_token=given["resend_token"].value,
    )


def _fit(given: Mapping[str, Given]) -> None:
    """Refuses values that are good alone and make no sense together."""
    if given["area_code"].value and given["country"].value not in parsers.NORTH_AMERICA:
        raise InvalidValueError(
            f"--area-code is for the US and Canada, and the country is {given['country'].value}.",
            hint="Leave --area-code out, or search by --contains.",
        )
    if given["number_type"].value == "mobile" and given["country"].value in parsers.NORTH_AMERICA:
        raise InvalidValueError(
            f"{given['country'].value} has no mobile numbers: its local ones are both.",
            hint="Use --number-type local.",
        )
    if given["from"].value and given["buy"].value:
        raise InvalidValueError("--from and --buy contradict each other.", hint="Leave one of them out.")
    if given["no_app"].value and (lost := _about_the_application(given)):
        raise InvalidValueError(f"--no-app and {lost} contradict each other.", hint="Leave one of them out.")
    voice = given["delivery"].is_given and given["delivery"].value in {"voice", "both"}
    if voice and given["messaging_service_sid"].value and not given["from"].value:
        raise InvalidValueError(
            "A Messaging Service cannot make calls: voice needs a number.", hint="Add --from NUMBER."
        )


def _about_the_application(given: Mapping[str, Given]) -> str | None:
    for name in ("app_client_id", "harden", "prune_urls", "app_dir", "write_config"):
        if given[name].is_given and given[name].value:
            return BY_NAME[name].flag
    return None
