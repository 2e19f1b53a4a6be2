"""The proofs: `mfa-setup test login`."""

import webbrowser
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import typer

from mfa_setup.cli.app import command, proofs
from mfa_setup.cli.desk import Desk
from mfa_setup.cli.options import Call, own_option
from mfa_setup.engine.task import Task
from mfa_setup.errors import InvalidValueError

if TYPE_CHECKING:  # slow to import, and needed only once a command runs
    from mfa_setup.engine.run import Run
    from mfa_setup.model.observed import Application

WAIT_SECONDS = 300.0
"""How long a person may take to log in."""

_NO_BROWSER = own_option(
    "no_browser", bool, typer.Option("--no-browser", help="Print the URL instead of opening a browser."), default=False
)
_ADD_CALLBACK = own_option(
    "add_callback",
    bool,
    typer.Option(
        "--add-callback", help="Add a callback URL on this machine for this login; it is removed again in any case."
    ),
    default=False,
)


_TIMEOUT = own_option(
    "timeout",
    str | None,
    typer.Option("--timeout", metavar="SECONDS", help="How long to wait for the login (default 300)."),
)


@command("login", "tenant", "identity", own=(_NO_BROWSER, _ADD_CALLBACK, _TIMEOUT), group=proofs)
def login(call: Call, desk: Desk) -> int:
    """Log in once, and prove by the ID token that a second factor was asked for.

    Opens the tenant's own login page in a browser, with PKCE, state and nonce, and listens at one of the
    application's own callback URLs on this machine. Shows who logged in, how, and what became of the SMS.
    Over SSH, pass --no-browser and forward the callback's port (ssh -L 3000:localhost:3000 ...).

    \b
    Examples:
      mfa-setup test login
      mfa-setup test login --no-browser --timeout 600
      mfa-setup test login --add-callback
    """
    from mfa_setup.cli.session import open_run, seconds_of  # noqa: PLC0415 help needs none of these
    from mfa_setup.model.outcome import Tenant  # noqa: PLC0415
    from mfa_setup.prove.login import added_callback, which  # noqa: PLC0415

    wait = seconds_of(call, WAIT_SECONDS)
    task = Task("test login", ("application",), read_only=not call.own["add_callback"], twilio_if_known=True)
    with open_run(replace(call, common=replace(call.common, timeout=None)), task, desk) as run:
        auth0, wish = run.services.auth0, run.wish.application
        desk.report.tenant = Tenant(domain=run.services.domain, phone_stack=auth0.phone_stack())
        if wish is None:
            raise InvalidValueError("no_app and `test login` contradict each other.", hint="Leave no_app out.")
        app = which(auth0, wish)
        desk.report.made = desk.report.made.model_copy(update={"client_id": app.client_id})
        show = partial(_show, desk, browser=not call.own["no_browser"])
        with added_callback(run.services, app) if call.own["add_callback"] else nullcontext(app) as usable:
            log_in(run, desk, usable, show, wait)
    return 0


def log_in(run: "Run", desk: Desk, app: "Application", show: Callable[[str], None], seconds: float) -> None:
    """One login, and its proof in the report.

    Raises:
        NoCallbackError, ProofFailedError: As `mfa_setup.prove.login.prove`.
    """
    from mfa_setup.cli.session import DEFAULT_TIMEOUT  # noqa: PLC0415 help needs none of these
    from mfa_setup.prove.login import Login, prove  # noqa: PLC0415
    from mfa_setup.prove.oidc import Issuer  # noqa: PLC0415

    services = run.services
    issuer = Issuer(services.base_url, budget=DEFAULT_TIMEOUT, on_wait=desk.sink.waiting)
    desk.report.proof, warnings = prove(Login(issuer, services.auth0, services.twilio, seconds, show), app)
    desk.report.warn(warnings)


def _show(desk: Desk, url: str, *, browser: bool) -> None:
    """Opens the browser where there is one to open, and names the URL in any case."""
    opened = browser and desk.terminal.can_ask and webbrowser.open(url)
    desk.sink.say("The login is open in your browser; if not, open this:" if opened else "Log in here:")
    desk.sink.say(url)
    desk.sink.doing("Waiting for the login")
