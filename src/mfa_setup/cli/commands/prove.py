"""The proofs: `mfa-setup test login` and `mfa-setup test sms`."""

import webbrowser
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from mfa_setup.cli.app import command, proofs
from mfa_setup.cli.context import CommandContext
from mfa_setup.cli.options import Call, option
from mfa_setup.engine.task import Task
from mfa_setup.errors import ChoiceNeededError, InvalidValueError
from mfa_setup.model.results import LoginResult, SmsResult
from mfa_setup.model.types import Via

if TYPE_CHECKING:  # slow to import, and needed only once a command runs
    from mfa_setup.engine.run import Run
    from mfa_setup.model.observed import Application
    from mfa_setup.model.outcome import Sms
    from mfa_setup.model.types import PhoneStack

WAIT_SECONDS = 300.0
"""How long a person may take to log in."""

_NO_BROWSER = option("no_browser", bool, "Print the URL instead of opening a browser.")
_ADD_CALLBACK = option(
    "add_callback", bool, "Add a callback URL on this machine for this login; it is removed again in any case."
)
_TIMEOUT = option("timeout", str | None, "Seconds to wait for the login (default 300).", metavar="SECONDS")
_ORGANIZATION = option(
    "organization", str | None, "Log in to this organization, by its ID or its name.", metavar="NAME_OR_ID"
)
_TO = option("to", str, "Send the SMS to this phone, in E.164 form.", metavar="NUMBER", default=...)
_VIA = option(
    "via",
    Via,
    "Who is asked to send: Twilio, with the tenant's text, or the tenant itself.  [default: twilio]",
    default="twilio",
)


@command("sms", ("tenant", "sender"), own=(_TO, _VIA), group=proofs, shows=SmsResult)
def sms(call: Call, context: CommandContext) -> int:
    """Send one SMS and prove by its receipt that it arrived.

    Sends the tenant's own text, with a made-up code, from the sender that Auth0 is configured with, and follows it
    for a minute at most. It costs what an SMS costs, and asks nothing: the command itself is the request.
    With --via auth0 the tenant sends (Unified Phone Experience only).

    \b
    Examples:
      mfa-setup test sms --to +14155550123
      mfa-setup test sms --to +14155550123 --via auth0
      mfa-setup test sms --to +14155550123 --from +14155550100 --json
    """
    from mfa_setup.cli.session import open_run  # noqa: PLC0415 help needs none of these
    from mfa_setup.cli.values import phone_of  # noqa: PLC0415
    from mfa_setup.engine.preconditions import require_scopes  # noqa: PLC0415
    from mfa_setup.model.outcome import Tenant  # noqa: PLC0415
    from mfa_setup.prove.sms import scopes  # noqa: PLC0415
    from mfa_setup.snapshot.parts import known  # noqa: PLC0415

    to, via = phone_of("--to", call.own["to"]), call.own["via"]
    _refuse_sender(call, via)
    task = Task("test sms", ("number", "provider"), may_buy=False)
    with open_run(call, task, context) as run:
        stack: PhoneStack = known(run.reader.begin(trusting=False).stack)
        context.report.tenant = Tenant(domain=run.services.domain, phone_stack=stack)
        require_scopes(run.token, scopes(stack, via))
        text(run, context, stack, to, via)
    return 0


def _refuse_sender(call: Call, via: str) -> None:
    """The tenant sends by its own sender, so naming another makes no sense."""
    for name, flag in (("from", "--from"), ("messaging_service_sid", "--messaging-service-sid")):
        if via == "auth0" and call.flags.get(name):
            raise InvalidValueError(
                f"--via auth0 and {flag} contradict each other.",
                hint=f"Omit {flag} to send through the tenant, or omit --via auth0 to choose the sender.",
            )


def text(run: "Run", context: CommandContext, stack: "PhoneStack", to: str, via: Via) -> None:
    """One SMS, and how far it came in the report.

    Raises:
        ProofFailedError: As `mfa_setup.prove.sms.prove_sms`.
    """
    from mfa_setup.engine.run import decided  # noqa: PLC0415 help needs none of these
    from mfa_setup.prove.receipt import Watch  # noqa: PLC0415
    from mfa_setup.prove.sms import prove_sms  # noqa: PLC0415

    watch = Watch(partial(_note, context, []), lambda warning: context.report.warn((warning,)))
    desired = run.desired
    while True:
        context.sink.doing(f"Sending an SMS to {to}")
        try:
            context.report.sms = prove_sms(run.services, stack, to, desired.number, via, watch)
        except ChoiceNeededError as needed:
            desired = decided(desired, context.terminal.choose(needed))
            continue
        return


def _note(context: CommandContext, passed: list[str], sms: "Sms") -> None:
    """Every status that the SMS has passed so far, on the live line; the last one in the report."""
    passed.append(sms.status or "asked for")
    context.report.sms = sms
    context.sink.doing(f"SMS to {sms.to}: {', '.join(passed)}")


@command(
    "login",
    ("tenant", "identity"),
    own=(_NO_BROWSER, _ADD_CALLBACK, _ORGANIZATION, _TIMEOUT),
    group=proofs,
    shows=LoginResult,
)
def login(call: Call, context: CommandContext) -> int:
    """Log in once and prove by the ID token that MFA happened.

    Opens the tenant's own login page in a browser, with PKCE, state and nonce, and listens at one of the
    application's own callback URLs on this machine. Shows who logged in, how, and what became of the SMS.
    Over SSH, pass --no-browser and forward the callback's port (ssh -L 3000:localhost:3000 ...). An application
    that requires an organization at login needs --organization.

    \b
    Examples:
      mfa-setup test login
      mfa-setup test login --no-browser --timeout 600
      mfa-setup test login --add-callback
    """
    from mfa_setup.cli.session import open_run  # noqa: PLC0415 help needs none of these
    from mfa_setup.cli.values import organization_of, seconds_of  # noqa: PLC0415
    from mfa_setup.model.outcome import Tenant  # noqa: PLC0415
    from mfa_setup.prove.login import added_callback, require_organization, which  # noqa: PLC0415
    from mfa_setup.snapshot.parts import known  # noqa: PLC0415

    wait, organization = seconds_of(call, WAIT_SECONDS), organization_of(call.own["organization"])
    task = Task("test login", ("application",), read_only=not call.own["add_callback"], twilio_if_known=True)
    with open_run(replace(call, common=replace(call.common, timeout=None)), task, context) as run:
        auth0, desired = run.services.auth0, run.desired.application
        stack: PhoneStack = known(run.reader.begin(trusting=False).stack)
        context.report.tenant = Tenant(domain=run.services.domain, phone_stack=stack)
        if desired is None:
            raise InvalidValueError("no_app and `test login` contradict each other.", hint="Leave no_app out.")
        app = which(auth0, desired)
        require_organization(app, organization)
        context.report.outputs = context.report.outputs.model_copy(update={"client_id": app.client_id})
        show = partial(_show, context, browser=not call.own["no_browser"])
        with added_callback(run.services, app) if call.own["add_callback"] else nullcontext(app) as usable:
            log_in(run, context, usable, show, wait, organization)
    return 0


def log_in(
    run: "Run",
    context: CommandContext,
    app: "Application",
    show: Callable[[str], None],
    seconds: float,
    organization: str | None = None,
) -> None:
    """One login, and its proof in the report.

    Raises:
        NoCallbackError, ProofFailedError: As `mfa_setup.prove.login.prove`.
    """
    from mfa_setup.adapters.oidc import Issuer  # noqa: PLC0415 help needs none of these
    from mfa_setup.cli.session import http_settings  # noqa: PLC0415
    from mfa_setup.cli.values import DEFAULT_TIMEOUT  # noqa: PLC0415
    from mfa_setup.prove.login import Login, prove  # noqa: PLC0415

    services = run.services
    issuer = Issuer(services.base_url, http_settings(context, DEFAULT_TIMEOUT))
    found = run.reader.read(["policies"], run.reader.begin(), also=["scope"], strict=True)
    request = Login(issuer, services.auth0, services.twilio, found, seconds, show, organization)
    context.report.proof, warnings = prove(request, app)
    context.report.warn(warnings)


def _show(context: CommandContext, url: str, *, browser: bool) -> None:
    """Opens the browser where there is one to open, and names the URL in any case."""
    opened = browser and context.terminal.can_ask and webbrowser.open(url)
    context.sink.say("The login is open in your browser; if not, open this:" if opened else "Log in here:")
    context.sink.say(url)
    context.sink.doing("Waiting for the login")
