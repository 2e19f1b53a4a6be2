"""`plan` and `status` send nothing but reads, and their connections would not let them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from pydantic import SecretStr

from mfa_setup.adapters.auth0 import Auth0Adapter
from mfa_setup.adapters.http_policy import HttpSettings
from mfa_setup.adapters.token import TokenSource
from mfa_setup.adapters.twilio import TwilioAdapter
from mfa_setup.errors import ReadOnlyError
from mfa_setup.model.observed import Provider, Template
from mfa_setup.settings.credentials import Auth0Credentials, TwilioCredentials
from mfa_setup.store.folders import Folders
from mfa_setup.store.lock import tenant_lock
from support.lab import READS, Lab, Run
from support.scene import URL, application, number, provider, stock


def _fresh(_run: Run, _lab: Lab) -> None:
    """Nothing but the first day."""


def _set_up(run: Run, lab: Lab) -> None:
    assert run("up", "--yes", "--json", env=lab.env).code == 0


def _somebody_elses(_run: Run, lab: Lab) -> None:
    application(lab)
    number(lab, stock()[0].phone_number)
    provider(lab, sender=stock()[0].phone_number)


SCENES: dict[str, Callable[[Run, Lab], None]] = {
    "a fresh tenant": _fresh,
    "a tenant that is set up": _set_up,
    "a tenant with things of other people": _somebody_elses,
}


@pytest.mark.parametrize("command", ["plan", "status"])
@pytest.mark.parametrize("scene", SCENES)
def test_it_sends_nothing_but_reads(run: Run, lab: Lab, scene: str, command: str) -> None:
    SCENES[scene](run, lab)
    before, mark = lab.everything, lab.mark()
    result = run(command, "--json", "--yes", env=lab.env)
    assert result.document["changed"] is False
    sent = [entry for entry in lab.log(mark) if entry["path"] != "/oauth/token"]
    assert sent
    assert {entry["method"] for entry in sent} <= READS
    assert lab.everything == before


@pytest.mark.parametrize(
    "options",
    [
        ("--harden", "--prune-urls", "--url", "https://app.example.com"),
        ("--buy", "--resend-token", "--replace-provider"),
        ("--delivery", "both", "--policy", "never", "--verification-template", "{{code}}"),
    ],
    ids=" ".join,
)
def test_whatever_is_asked_for_plan_only_reads(run: Run, lab: Lab, options: tuple[str, ...]) -> None:
    run("up", "--yes", "--json", env=lab.env)
    before, mark = lab.everything, lab.mark()
    assert run("plan", "--json", "--yes", *options, env=lab.env).code == 0
    assert lab.writes(mark) == []
    assert lab.everything == before


def test_status_shows_what_is_open_instead_of_stopping(run: Run, lab: Lab) -> None:
    for item in stock()[:2]:
        number(lab, item.phone_number)
    application(lab)
    application(lab)
    result = run("status", "--json", env=lab.env)
    assert result.code == 0
    assert {change["status"] for change in result.document["changes"][:2]} == {"unknown"}
    assert result.document["warnings"][0]["code"] == "choice_needed"


@pytest.mark.parametrize("command", ["plan", "status"])
def test_it_looks_while_another_run_is_at_work(run: Run, lab: Lab, command: str, tmp_path: Path) -> None:
    with tenant_lock(Folders(tmp_path / "state", tmp_path / "cache"), f"https://{lab.domain}/api/v2/", "up"):
        assert run("up", "--yes", "--json", env=lab.env).document["error"]["code"] == "lock_held"
        assert run(command, "--json", env=lab.env).code == 0


# --- the transport -------------------------------------------------------------------------------------------------


@pytest.fixture
def auth0(unified: Lab) -> Iterator[Auth0Adapter]:
    """An adapter of the tenant that only reads."""
    token = SecretStr(unified.token())
    known = Auth0Credentials(audience=f"https://{unified.domain}/api/v2/", token=token)
    source = TokenSource(unified.sandbox.url, known, cache=None, settings=HttpSettings(budget=1))
    with ExitStack() as stack:
        adapter = Auth0Adapter(unified.sandbox.url, source, read_only=True, settings=HttpSettings(budget=1))
        stack.callback(adapter.close)
        yield adapter


@pytest.fixture
def twilio(unified: Lab, folder: object) -> Iterator[TwilioAdapter]:
    """An adapter of the account that only reads."""
    del folder
    known = TwilioCredentials(
        account_sid=unified.env["TWILIO_ACCOUNT_SID"], auth_token=SecretStr(unified.env["TWILIO_AUTH_TOKEN"])
    )
    with ExitStack() as stack:
        adapter = TwilioAdapter(known, unified.sandbox.url, read_only=True, settings=HttpSettings(budget=1))
        stack.callback(adapter.close)
        yield adapter


UNIFIED = Provider(stack="unified", kind="twilio", sid="AC1", sender="+14155550123", delivery_methods=("text",))
KNOWN = UNIFIED.model_copy(update={"id": "pro_1"})
LEGACY = UNIFIED.model_copy(update={"stack": "legacy"})
TEXT = Template(kind="otp_verify", id="tem_1", text="{{code}}", voice="{{code}}")
AUTH0_WRITES: dict[str, Callable[[Auth0Adapter], object]] = {
    "create an application": lambda auth0: auth0.create_application({"name": "X", "app_type": "spa"}),
    "change an application": lambda auth0: auth0.update_application("abc", {"callbacks": [URL]}),
    "connect an application": lambda auth0: auth0.connect("con_1", "abc"),
    "remove an application": lambda auth0: auth0.delete_application("abc"),
    "create an Action": lambda auth0: auth0.actions.create("X", "// nothing"),
    "change an Action": lambda auth0: auth0.actions.update("abc", "// nothing"),
    "deploy an Action": lambda auth0: auth0.actions.deploy("abc"),
    "test an Action": lambda auth0: auth0.actions.test("abc", {}),
    "change the bindings": lambda auth0: auth0.actions.bind(()),
    "remove an Action": lambda auth0: auth0.actions.delete("abc"),
    "create a provider": lambda auth0: auth0.create_provider(UNIFIED, SecretStr("token")),
    "change a provider": lambda auth0: auth0.update_provider(KNOWN, SecretStr("token")),
    "remove a provider": lambda auth0: auth0.delete_provider("pro_1"),
    "set the legacy settings": lambda auth0: auth0.set_twilio(LEGACY, SecretStr("token")),
    "select a legacy provider": lambda auth0: auth0.select_provider("twilio"),
    "switch the factor on": lambda auth0: auth0.set_factor(enabled=True),
    "set the message types": lambda auth0: auth0.set_message_types(["sms"]),
    "make a template": lambda auth0: auth0.create_template(TEXT),
    "change a template": lambda auth0: auth0.update_template(TEXT),
    "remove a template": lambda auth0: auth0.delete_template("tem_1"),
    "write legacy templates": lambda auth0: auth0.set_templates("{{code}}", "{{code}}"),
    "set the policy": lambda auth0: auth0.set_policies(["all-applications"]),
    "switch the phone stack": lambda auth0: auth0.set_unified(on=True),
}
TWILIO_WRITES: dict[str, Callable[[TwilioAdapter], object]] = {
    "buy a number": lambda twilio: twilio.buy("+14155550123", "mark"),
    "fill a pool": lambda twilio: twilio.add_to_pool("MG1", "PN1"),
    "empty a pool": lambda twilio: twilio.remove_from_pool("MG1", "PN1"),
    "release a number": lambda twilio: twilio.release("PN1"),
}


@pytest.mark.parametrize("what", AUTH0_WRITES)
def test_a_read_only_connection_to_auth0_refuses_to(auth0: Auth0Adapter, unified: Lab, what: str) -> None:
    before = unified.everything
    with pytest.raises(ReadOnlyError, match="mfa-setup blocked it"):
        AUTH0_WRITES[what](auth0)
    assert unified.log() == []
    assert unified.everything == before


@pytest.mark.parametrize("what", TWILIO_WRITES)
def test_a_read_only_connection_to_twilio_refuses_to(twilio: TwilioAdapter, unified: Lab, what: str) -> None:
    before = unified.everything
    with pytest.raises(ReadOnlyError, match="mfa-setup blocked it"):
        TWILIO_WRITES[what](twilio)
    assert unified.log() == []
    assert unified.everything == before


def test_a_read_only_connection_reads(auth0: Auth0Adapter, twilio: TwilioAdapter) -> None:
    assert auth0.policies() == ()
    assert twilio.numbers() == ()


def test_every_method_of_the_adapters_that_is_no_read_is_among_those_tried(auth0: Auth0Adapter) -> None:
    writing = ("create", "update", "delete", "connect", "select", "set_")
    reading = {"connection", "connections", "connection_exists"}
    known = {name for name in dir(auth0) if name.startswith(writing)} - reading
    of_actions = {name for name in dir(auth0.actions) if not name.startswith("_")}
    assert of_actions - {"listed", "get", "bindings"} == {"create", "update", "deploy", "test", "bind", "delete"}
    assert known == {
        "connect", "create_application", "create_provider", "create_template", "delete_application",
        "delete_provider", "delete_template", "select_provider", "set_factor", "set_message_types", "set_policies",
        "set_templates", "set_twilio", "set_unified", "update_application", "update_provider", "update_template",
    }  # fmt: skip
