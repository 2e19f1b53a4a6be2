"""Runs composed from values, several in one process: each with its own token of cancellation."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from pydantic import SecretStr
from starlette.types import Message

from mfa_setup.adapters.http_policy import HttpSettings
from mfa_setup.cancellation import Cancellation
from mfa_setup.compose import Access, Options, compose
from mfa_setup.engine.person import Unattended
from mfa_setup.engine.report import Report
from mfa_setup.engine.task import UP, Task
from mfa_setup.engine.undo import Asked, undo
from mfa_setup.errors import GuardRefusedError, InterruptedRunError, InvalidValueError, LockHeldError, MfaSetupError
from mfa_setup.model.change import Change
from mfa_setup.model.check import Check
from mfa_setup.model.outcome import Outcome, Sms
from mfa_setup.prove.receipt import Watch, follow
from mfa_setup.settings.credentials import Auth0Credentials, TwilioCredentials
from mfa_setup.settings.settings import load
from mfa_setup.store.folders import Folders
from support.gate import Visit, gate
from support.lab import Lab, Labs
from support.scene import drop_provider, out_of_pool

SECONDS = 30
BUY = "*/IncomingPhoneNumbers.json"


def access_to(lab: Lab) -> Access:
    env = lab.env
    auth0 = Auth0Credentials.of(lab.domain, env["AUTH0_CLIENT_ID"], SecretStr(env["AUTH0_CLIENT_SECRET"]))
    twilio = TwilioCredentials(account_sid=env["TWILIO_ACCOUNT_SID"], auth_token=SecretStr(env["TWILIO_AUTH_TOKEN"]))
    return Access.to(lab.domain, auth0, twilio, sandbox=env["MFA_SETUP_SANDBOX"])


def set_up(lab: Lab, folder: Path, cancellation: Cancellation) -> Outcome:
    """One tenant; what became of it, whether the run succeeded or not."""
    report = Report("up")
    options = Options(Folders(folder / "state", folder / "cache"), HttpSettings(cancellation=cancellation))
    try:
        with compose(UP, load({}, {}).desired, access_to(lab), options, report=report) as run:
            run.carry_out()
    except MfaSetupError as error:
        return report.outcome(error)
    return report.outcome()


class Purchase:
    """Keeps the purchase of a number waiting at the gate until it is released; only then it has its effect."""

    def __init__(self) -> None:
        self.arrived, self.released = threading.Event(), threading.Event()

    async def __call__(self, visit: Visit) -> list[Message]:
        if visit.method == "POST" and fnmatchcase(visit.path, BUY):
            self.arrived.set()
            await asyncio.to_thread(self.released.wait, SECONDS)
        return await visit.pass_on()


@pytest.fixture
def three(labs: Labs) -> list[Lab]:
    """Three tenants, each with a sandbox of its own."""
    return [labs.get(phone_stack="unified"), labs.get(phone_stack="legacy"), labs.get(rate_limit="enterprise")]


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(3) as pool:
        yield pool


def test_one_of_three_tenants_is_cancelled_in_its_purchase_and_the_others_finish(
    three: list[Lab], pool: ThreadPoolExecutor, folder: Path
) -> None:
    tokens = [Cancellation() for _ in three]
    held = Purchase()
    with gate(three[0], held):
        runs: list[Future[Outcome]] = [
            pool.submit(set_up, lab, folder, token) for lab, token in zip(three, tokens, strict=True)
        ]
        assert held.arrived.wait(SECONDS)
        tokens[0].cancel()
        held.released.set()
        stopped, *finished = (run.result(SECONDS) for run in runs)
    assert stopped.error is not None
    assert stopped.error.code == "interrupted"
    # The purchase under way got its outcome, and nothing was begun after it.
    assert stopped.outputs.phone_number == three[0].twilio["numbers"][0]["phone_number"]
    assert three[0].twilio["purchases"] == 1
    assert three[0].tenant["policies"] == []
    for outcome, lab in zip(finished, three[1:], strict=True):
        assert outcome.ok, outcome.error
        assert lab.tenant["policies"] == ["all-applications"]
        assert lab.twilio["purchases"] == 1
    again = set_up(three[0], folder, Cancellation())
    assert again.ok, again.error
    assert three[0].twilio["purchases"] == 1


def test_a_run_that_is_cancelled_before_its_first_write_writes_nothing(unified: Lab, folder: Path) -> None:
    cancellation = Cancellation()
    cancellation.cancel()
    outcome = set_up(unified, folder, cancellation)
    assert outcome.error is not None
    assert outcome.error.code == "interrupted"
    assert unified.writes() == []


def test_a_cancelled_run_follows_its_sms_no_longer(unified: Lab, folder: Path, pool: ThreadPoolExecutor) -> None:
    cancellation, looked = Cancellation(), threading.Event()
    options = Options(Folders(folder / "state", folder / "cache"), HttpSettings(cancellation=cancellation))
    watch = Watch(lambda _sms: None, lambda _warning: None)

    with compose(UP, load({}, {}).desired, access_to(unified), options) as run:
        following = pool.submit(follow, Sms(to="+14155550123"), looked.set, watch, run.services.clock)
        assert looked.wait(SECONDS)
        cancellation.cancel()
        with pytest.raises(InterruptedRunError):
            following.result(SECONDS)


def test_two_runs_of_one_tenant_in_one_process_hold_one_lock(unified: Lab, folder: Path) -> None:
    options = Options(Folders(folder / "state", folder / "cache"))
    desired = load({}, {}).desired
    with (
        compose(UP, desired, access_to(unified), options),
        pytest.raises(LockHeldError),
        compose(UP, desired, access_to(unified), options),
    ):
        pass


def test_cancelling_twice_keeps_the_first_reason() -> None:
    cancellation = Cancellation()
    cancellation.cancel()
    cancellation.cancel(InterruptedRunError("later"))
    with pytest.raises(InterruptedRunError, match="Interrupted"):
        cancellation.check()


def test_a_ready_token_of_another_tenant_is_refused_before_any_request(unified: Lab, tmp_path: Path) -> None:
    mark = unified.mark()
    auth0 = Auth0Credentials(audience="https://acme.eu.auth0.com/api/v2/", token=SecretStr(unified.token()))
    access = replace(access_to(unified), auth0=auth0)
    options = Options(Folders(tmp_path / "state", tmp_path / "cache"))
    with (
        pytest.raises(InvalidValueError) as refused,
        compose(UP, load({}, {}).desired, access, options) as run,
    ):
        run.carry_out()
    assert "AUTH0_AUDIENCE" in refused.value.hint
    assert unified.log(mark) == []


class Overruling(Unattended):
    """Somebody who overrules every check; while they are asked, something happens, and before the policy as well."""

    def __init__(self, happens: Callable[[], object], before_policy: Callable[[], object] = lambda: None) -> None:
        self.asked = 0
        self._happens = happens
        self._before_policy = before_policy

    def starting(self, change: Change) -> None:
        if change.resource == "policy":
            self._before_policy()

    def overrule(self, failing: tuple[Check, ...], domain: str) -> bool:
        del failing, domain
        self.asked += 1
        self._happens()
        return True


def profile_rejected(lab: Lab) -> None:
    lab.control("twilio/profile", {"status": "twilio-rejected"})


def undone_by(person: Overruling, lab: Lab, folder: Path) -> None:
    """A policy is set and taken back, the account loses its profile, and the person undoes the second run."""
    options = Options(Folders(folder / "state", folder / "cache"))
    for setting in ({}, {"policy": "never"}):
        with compose(UP, load(setting, {}).desired, access_to(lab), options) as run:
            run.carry_out()
    profile_rejected(lab)
    asking = replace(options, person=person)
    with compose(Task("undo", ()), load({}, {}).desired, access_to(lab), asking) as run:
        undo(run, Asked(None, release_number=False, delete_application=False))


def test_what_a_policy_stands_on_is_read_again_after_a_check_was_overruled(unified: Lab, tmp_path: Path) -> None:
    person = Overruling(lambda: drop_provider(unified))
    with pytest.raises(GuardRefusedError):
        undone_by(person, unified, tmp_path)
    assert unified.tenant["policies"] == []


def unregistered_and_profile_unreadable(lab: Lab) -> None:
    out_of_pool(lab, lab.control_service_sid(), lab.twilio["numbers"][0]["sid"])
    lab.faults({"method": "GET", "path": "/v1/CustomerProfiles*", "effect": "status:403", "times": 99})


@pytest.mark.parametrize("withdraw", [profile_rejected, unregistered_and_profile_unreadable])
@pytest.mark.parametrize("meanwhile", [lambda _lab: None, drop_provider], ids=["nothing", "provider removed"])
def test_what_a_new_policy_stands_on_is_read_again_after_a_check_was_overruled(
    unified: Lab, tmp_path: Path, withdraw: Callable[[Lab], None], meanwhile: Callable[[Lab], None]
) -> None:
    person = Overruling(lambda: meanwhile(unified), lambda: withdraw(unified))
    options = Options(Folders(tmp_path / "state", tmp_path / "cache"), person=person)
    removed = meanwhile is drop_provider
    with (
        pytest.raises(GuardRefusedError) if removed else nullcontext(),
        compose(UP, load({}, {}).desired, access_to(unified), options) as run,
    ):
        run.carry_out()
    assert person.asked == 1
    assert unified.tenant["policies"] == ([] if removed else ["all-applications"])
