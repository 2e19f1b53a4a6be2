"""Renders the result of `migrate`."""

from collections.abc import Iterator

from rich.text import Text

from mfa_setup.model.results import MigrateResult
from mfa_setup.render.sanitize import one_line
from mfa_setup.render.theme import BOLD


def migrate_result(result: MigrateResult) -> Iterator[Text]:
    """Renders the phone stack that the tenant is on now, and how to prove it."""
    outcome = result.outcome
    if not outcome.changed:
        yield Text("Nothing to do: the tenant is on the Unified Phone Experience.", BOLD)
        return
    yield Text("The tenant is on the Unified Phone Experience, and the check after the switch passed.", BOLD)
    if outcome.outputs.sms is not None:
        yield Text(f"  An SMS to {one_line(outcome.outputs.sms.to)} was delivered.")
    else:
        yield Text("Not proved by an SMS. To prove it, run `mfa-setup test sms --via auth0 --to NUMBER`.")
    yield Text("`mfa-setup undo` moves the tenant back.")
