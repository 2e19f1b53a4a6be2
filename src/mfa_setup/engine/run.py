"""A run of the engine, which attempts the setup again after each choice of the person."""

from dataclasses import dataclass, replace

from mfa_setup.engine import reviewed
from mfa_setup.engine.run_context import RunContext
from mfa_setup.engine.setup import Setup
from mfa_setup.errors import Choice, ChoiceNeededError, NumberGoneError
from mfa_setup.model.desired import Desired


@dataclass(frozen=True, slots=True)
class Run(RunContext):
    """One run of one task; `compose` creates it."""

    def carry_out(self) -> None:
        """Runs all steps, and repeats them after each choice of the person; the report is filled even on an error.

        Raises:
            MfaSetupError: Something stopped the run.
        """
        run, overrides = self, set(self.overrides)
        while True:
            try:
                return Setup.of(run, overrides).carry_out()
            except NumberGoneError as gone:
                raise (reviewed.too_late(run.reviewed, gone) if run.reviewed else gone) from None
            except ChoiceNeededError as needed:
                if run.reviewed is not None:
                    raise reviewed.late(needed) from None
                run = replace(run, desired=decided(run.desired, self.person.choose(needed)))


def decided(desired: Desired, choice: Choice) -> Desired:
    """Returns the desired state with the person's choice applied."""
    match choice.setting:
        case "app_client_id" if desired.application:
            chosen = desired.application.model_copy(update={"client_id": choice.value})
            return desired.model_copy(update={"application": chosen})
        case "from":
            update: dict[str, object] = {"sender": choice.value}
        case "messaging_service_sid":
            update = {"messaging_service_sid": choice.value}
        case _:
            update = {"buy": True}
    return desired.model_copy(update={"number": desired.number.model_copy(update=update)})
