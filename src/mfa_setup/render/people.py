"""Selects the renderer of a result."""

from collections.abc import Callable, Iterable
from typing import Any

from rich.text import Text

from mfa_setup.model import results
from mfa_setup.render import configuration, doctor, migrate, plan, profiles, proof, setup

_RENDERERS: dict[type[results.Result], Callable[[Any], Iterable[Text]]] = {
    results.Result: lambda _result: (),
    results.SetupResult: setup.setup_result,
    results.StepResult: setup.step_result,
    results.PlanResult: plan.plan_result,
    results.StatusResult: plan.status_result,
    results.UndoResult: plan.undo_result,
    results.DoctorResult: doctor.doctor_result,
    results.MigrateResult: migrate.migrate_result,
    results.ProfilesResult: profiles.profiles_result,
    results.ConfigurationResult: configuration.configuration_result,
    results.WrittenConfigResult: configuration.written_config_result,
    results.SmsResult: proof.sms_result,
    results.LoginResult: proof.login_result,
    results.DemoResult: proof.demo_result,
}


def lines_of(result: results.Result) -> Iterable[Text]:
    """Returns the lines that show a result to people."""
    return _RENDERERS[type(result)](result)
