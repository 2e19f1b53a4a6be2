"""What an undo leaves alone because it is somebody else's by now, although it looks as the run left it."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from mfa_setup.store.folders import Folders
from mfa_setup.store.journal import Header, open_journal
from support import scene
from support.lab import Lab, Result, Run

Undo = Callable[..., Result]
ALWAYS = ["all-applications"]


@pytest.fixture
def undo(run: Run, lab: Lab) -> Undo:
    """Undoes, and says so in JSON."""

    def call(*arguments: str) -> Result:
        return run("undo", "--yes", "--json", *arguments, env=lab.env)

    return call


def did(run: Run, lab: Lab, *arguments: str) -> str:
    """The ID of a run that succeeded."""
    result = run(*arguments, "--yes", "--json", env=lab.env)
    assert result.code == 0, result.out
    return str(result.document["run_id"])


def update_number(lab: Lab, sid: str, **settings: str) -> None:
    """Somebody sets a number up for a use of their own."""
    account = lab.env["TWILIO_ACCOUNT_SID"]
    httpx.post(
        f"{lab.sandbox.url}/2010-04-01/Accounts/{account}/IncomingPhoneNumbers/{sid}.json",
        data=settings,
        auth=(account, lab.env["TWILIO_AUTH_TOKEN"]),
        trust_env=False,
    ).raise_for_status()


def messages(result: Result, code: str) -> list[str]:
    """The warnings of one code."""
    return [item["message"] for item in result.document["warnings"] if item["code"] == code]


class TestSetAgain:
    """What the journal shows to have been restored, and that is set again."""

    def test_a_policy_that_somebody_set_again_after_the_undo_stays(self, run: Run, undo: Undo, lab: Lab) -> None:
        policy = did(run, lab, "up")
        assert undo().code == 0
        lab.auth0("PUT", "guardian/factors/sms", {"enabled": True})
        lab.auth0("PUT", "guardian/policies", ALWAYS)
        result = undo("--run", policy)
        assert len(messages(result, "changed_since")) == 2
        assert (lab.tenant["policies"], lab.tenant["factors"]["sms"]) == (ALWAYS, True)

    def test_a_policy_that_a_later_run_set_is_that_runs(self, run: Run, undo: Undo, lab: Lab) -> None:
        up = did(run, lab, "up")
        did(run, lab, "policy", "never")
        again = did(run, lab, "policy", "always")
        result = undo("--run", up)
        assert (result.code, lab.tenant["policies"]) == (7, ALWAYS)
        assert undo("--run", again).code == 0
        assert lab.tenant["policies"] == []

    def test_an_application_that_somebody_connected_again_stays_connected(self, run: Run, undo: Undo, lab: Lab) -> None:
        init = did(run, lab, "init")
        assert undo().code == 0
        client_id = lab.spas[0]["client_id"]
        scene.set_connected(lab, client_id, on=True)
        assert messages(undo("--run", init), "changed_since")
        assert client_id in lab.connected()

    def test_a_number_that_somebody_pooled_again_stays_in_its_pool(self, run: Run, undo: Undo, lab: Lab) -> None:
        buy = did(run, lab, "buy-number")
        assert undo().code == 0
        scene.into_pool(lab, lab.control_service_sid(), lab.twilio["numbers"][0]["sid"])
        assert messages(undo("--run", buy), "changed_since")
        assert scene.pool(lab) == [lab.twilio["numbers"][0]["sid"]]


class TestRenewed:
    """A token that nobody can see, renewed by somebody else or by a later run."""

    def test_a_provider_whose_token_was_renewed_since_stays(self, run: Run, unified: Lab) -> None:
        did(run, unified, "up", "--policy", "never")
        found = unified.tenant["phone_provider"]
        token = {"credentials": {"auth_token": unified.env["TWILIO_AUTH_TOKEN"]}}
        body = {key: found[key] for key in ("name", "disabled", "configuration")}
        unified.auth0("PATCH", f"branding/phone/providers/{found['id']}", body | token)
        result = run("undo", "--yes", "--json", env=unified.env)
        assert result.code == 0
        assert any("token" in message for message in messages(result, "changed_since"))
        assert unified.tenant["phone_provider"]["id"] == found["id"]

    def test_an_undo_after_a_token_was_sent_again_is_about_that_run_alone(self, run: Run, undo: Undo, lab: Lab) -> None:
        up = did(run, lab, "up")
        resent = did(run, lab, "enable-sms", "--resend-token")
        before = lab.comparable()
        for _ in range(2):  # it restores nothing, so it does not count as done
            result = undo()
            assert (result.code, result.document["undoes"]["run_id"]) == (0, resent)
            assert scene.warned(result) == ["token_not_restorable", "nothing_restored"]
            assert up in result.document["warnings"][-1]["hint"]
            assert result.document["changed"] is False
        assert lab.comparable() == before


class TestActions:
    """Actions that ask for a second factor while the policy is Never."""

    CODE = "exports.onExecutePostLogin = async (event, api) => { api.multifactor.enable('any'); };"

    def test_what_an_action_asks_users_for_is_not_taken_away(self, run: Run, undo: Undo, lab: Lab) -> None:
        did(run, lab, "up", "--policy", "never")
        lab.control("actions", [{"name": "Ask for MFA", "code": self.CODE}])
        before = lab.comparable()
        result = undo()
        assert (result.code, result.document["error"]["code"]) == (7, "guard_refused")
        assert "Ask for MFA" in result.document["error"]["message"]
        assert lab.comparable() == before
        assert undo("--override", "mfa_in_action").code == 0

    def test_an_action_that_asks_for_nothing_is_no_obstacle(self, run: Run, undo: Undo, lab: Lab) -> None:
        did(run, lab, "up", "--policy", "never")
        lab.control("actions", [{"name": "Greet", "code": "exports.onExecutePostLogin = async () => {};"}])
        assert undo().code == 0


class TestNumber:
    """A number that was bought and has become somebody's, or that a service cannot do without."""

    def test_a_number_with_webhooks_is_not_released(self, run: Run, undo: Undo, lab: Lab) -> None:
        did(run, lab, "buy-number")
        number = lab.twilio["numbers"][0]
        update_number(lab, number["sid"], SmsUrl="https://support.example.com/sms")
        result = undo("--release-number")
        assert result.code == 0
        assert any("sms_url" in message for message in messages(result, "changed_since"))
        assert [one["sid"] for one in lab.twilio["numbers"]] == [number["sid"]]

    def test_a_number_that_another_tenant_sends_from_is_not_released(
        self, run: Run, undo: Undo, lab: Lab, folder: Path
    ) -> None:
        did(run, lab, "buy-number")
        number = lab.twilio["numbers"][0]["phone_number"]
        folders = Folders(folder.parent / "state", folder.parent / "cache")
        other = open_journal(
            folders, "https://acme.us.auth0.com/api/v2/", Header(run_id="1", command="up", domain="acme.us.auth0.com")
        )
        with other.write("provider", "set_twilio", "twilio", {"from": None}, {"from": number}):
            pass
        result = undo("--release-number")
        assert result.code == 0
        assert "acme.us.auth0.com" in messages(result, "number_in_use")[0]
        assert len(lab.twilio["numbers"]) == 1

    def test_the_only_delivering_number_of_the_sending_service_stays_under_a_policy(
        self, run: Run, undo: Undo, lab: Lab
    ) -> None:
        service, toll_free = scene.service(lab, "Codes", verified=True), scene.stock(kind="tollfree")[0].phone_number
        buy = did(run, lab, "buy-number", "--messaging-service-sid", service)
        did(run, lab, "enable-sms", "--messaging-service-sid", service)
        did(run, lab, "policy", "always")
        lab.control("twilio/numbers", {"phone_number": toll_free, "service_sid": service})
        lab.control("twilio/tollfree-verifications", {"phone_number": toll_free, "status": "IN_REVIEW"})
        result = undo("--run", buy, "--release-number")
        assert (result.code, [check["id"] for check in result.document["checks"]]) == (7, ["registration"])
        assert toll_free in result.document["error"]["message"]
        assert len(scene.pool(lab, service)) == 2

    def test_a_number_of_the_sending_service_stays_without_a_policy_too(self, run: Run, undo: Undo, lab: Lab) -> None:
        service = scene.service(lab, "Codes", verified=True)
        buy = did(run, lab, "buy-number", "--messaging-service-sid", service)
        did(run, lab, "enable-sms", "--messaging-service-sid", service)
        result = undo("--run", buy, "--release-number")
        assert result.code == 0
        assert messages(result, "number_in_use")
        assert len(scene.pool(lab, service)) == 1
