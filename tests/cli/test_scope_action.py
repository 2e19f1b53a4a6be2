"""`doctor` and `status` judge the Action that limits the policy, and name the others that ask for MFA."""

from collections.abc import Callable
from typing import Any

import pytest

from mfa_setup.model.scope import PolicyScope, ScopedApplication
from mfa_setup.model.scope_code import ACTION_NAME, ScopeCode
from mfa_setup.sandbox.auth0.scopes import ALL_SCOPES
from support.lab import Lab, Result, Run

BINDINGS = "actions/triggers/post-login/bindings"
ENFORCING = "exports.onExecutePostLogin = async (event, api) => { api.multifactor.enable('any'); };"
CODE = ScopeCode(scope=PolicyScope(percent=30), salt="0123").text
OURS = {"name": ACTION_NAME, "code": CODE}


def check(result: Result, check_id: str = "scope_action") -> dict[str, Any]:
    """One check of `doctor`."""
    return next(item for item in result.document["checks"] if item["id"] == check_id)


def judged(run: Run, lab: Lab, check_id: str = "scope_action") -> tuple[str, str]:
    """The status of a check of `doctor`, and its evidence."""
    found = check(run("doctor", "--json", "--no-token-cache", env=lab.env), check_id)
    return found["status"], found["evidence"]


def told(run: Run, lab: Lab) -> dict[str, str]:
    """The warnings of `status` about Actions."""
    warnings = run("status", "--json", env=lab.env).document["warnings"]
    return {one["code"]: one["message"] for one in warnings if "action" in one["code"]}


def ours(lab: Lab) -> str:
    """The ID of our Action."""
    found = lab.auth0("GET", "actions/actions?triggerId=post-login")["actions"]
    return str(next(one["id"] for one in found if one["name"] == ACTION_NAME))


@pytest.fixture
def limited(run: Run, unified: Lab) -> Lab:
    """A tenant that is set up, whose policy is limited to 30 percent of the users."""
    assert run("up", "--policy", "never", "--yes", env=unified.env).code == 0
    unified.control("actions", [{"name": "Greet", "code": "// hello"}, OURS])
    return unified


def test_one_that_runs_as_written_passes_and_is_not_warned_of(run: Run, limited: Lab) -> None:
    evidence = f'The Action "{ACTION_NAME}", which limits the policy, is deployed, runs last and is unchanged.'
    assert judged(run, limited) == ("pass", evidence)
    assert told(run, limited) == {}


def test_without_one_there_is_nothing_to_judge(run: Run, unified: Lab) -> None:
    unified.control("actions", [{"name": "Ask for MFA", "code": ENFORCING}])
    assert judged(run, unified) == ("skip", "No Action of mfa-setup limits the policy.")
    assert told(run, unified) == {}


def undeployed(lab: Lab) -> None:
    """Ours exists, but was never deployed."""
    lab.control("actions", [])
    trigger = {"supported_triggers": [{"id": "post-login", "version": "v3"}], "runtime": "node22"}
    lab.auth0("POST", "actions/actions", OURS | trigger)


def drafted(lab: Lab) -> None:
    """Somebody has edited the draft."""
    lab.auth0("PATCH", f"actions/actions/{ours(lab)}", {"code": CODE + "// more"})


def edited(lab: Lab) -> None:
    """Somebody has edited the code and deployed it."""
    lab.control("actions", [OURS | {"code": CODE.replace("< percent", "<= percent")}])


def replaced(lab: Lab) -> None:
    """Somebody has replaced the code."""
    lab.control("actions", [OURS | {"code": ENFORCING}])


def silenced(lab: Lab) -> None:
    """Somebody has replaced the code by some that asks nobody."""
    lab.control("actions", [OURS | {"code": "exports.onExecutePostLogin = async () => {};"}])


def gutted(lab: Lab) -> None:
    """Somebody has taken out what asks, and left the marker and the scope."""
    lab.control("actions", [OURS | {"code": CODE.replace("api.multifactor.enable", "console.log")}])


def unbound(lab: Lab) -> None:
    """Somebody has taken it out of the trigger."""
    lab.auth0("PATCH", BINDINGS, {"bindings": []})


def followed(lab: Lab) -> None:
    """Somebody has put other Actions after it."""
    lab.control("actions", [OURS, {"name": "Greet", "code": "// hello"}])


def doubled(lab: Lab) -> None:
    """There are two."""
    lab.control("actions", [OURS | {"name": "A copy"}, OURS])


def overruled(lab: Lab) -> None:
    """Somebody has set the policy Always besides."""
    lab.auth0("PUT", "guardian/policies", ["all-applications"])


SET_AGAIN = "`mfa-setup plan`"
WRONG: list[tuple[Callable[[Lab], None], str, str]] = [
    (undeployed, "is not deployed, so it asks nobody for a code, and is not bound", SET_AGAIN),
    (drafted, "has changes that are not deployed.", "Deploy the draft"),
    (edited, "was changed manually", SET_AGAIN),
    (replaced, "was replaced manually", SET_AGAIN),
    (silenced, "and has no code that asks for MFA, so it asks nobody for a code.", SET_AGAIN),
    (gutted, "was changed manually: its code is not what mfa-setup writes, and has no code that asks", SET_AGAIN),
    (unbound, "is not bound to the post-login trigger, so it asks nobody for a code.", SET_AGAIN),
    (followed, "does not run last, so a later Action may decide otherwise: Greet.", "Move it to the end"),
    (doubled, "is not the only one", "Delete all but one"),
    (overruled, "limits nothing, because a policy that asks everyone is in force as well.", SET_AGAIN),
]


@pytest.mark.parametrize(("change", "piece", "fix"), WRONG)
def test_what_is_wrong_with_it_is_named_with_the_fix(
    run: Run, limited: Lab, change: Callable[[Lab], None], piece: str, fix: str
) -> None:
    change(limited)
    result = run("doctor", "--json", env=limited.env)
    found = check(result)
    asks_nobody = change in {undeployed, unbound, silenced, gutted}
    assert found["status"] == ("fail" if asks_nobody else "warn")
    assert result.code == (7 if asks_nobody else 0)
    assert piece in found["evidence"]
    assert fix in found["fix"]
    assert told(run, limited)["scope_action"] == found["evidence"]
    outputs = run("status", "--json", env=limited.env).document["outputs"]
    assert outputs["policy"] in {"never" if asks_nobody else "always", None}  # None: whom to ask cannot be known
    assert not asks_nobody or outputs["policy_scope"] is None


def test_status_names_the_actions_that_failed(run: Run, limited: Lab) -> None:
    tenant, action_id = limited.sandbox.world.first, ours(limited)
    tenant.log("actions_execution_failed", "Failed", action_id=action_id, error_class="action_timeout")
    assert f"{ACTION_NAME} ran too long once" in told(run, limited)["action_failures"]


def test_without_one_status_reads_no_log(run: Run, unified: Lab) -> None:
    before = unified.mark()
    run("status", "--json", env=unified.env)
    assert "/api/v2/logs" not in {one["path"] for one in unified.log(before)}


@pytest.mark.parametrize("command", ["status", "doctor"])
def test_the_bindings_are_read_once(run: Run, limited: Lab, command: str) -> None:
    before = limited.mark()
    run(command, "--json", env=limited.env)
    read = [one["path"] for one in limited.log(before)]
    assert read.count(f"/api/v2/{BINDINGS}") == 1


def test_others_that_ask_for_mfa_are_named_and_ours_is_not(run: Run, limited: Lab) -> None:
    assert judged(run, limited, "mfa_in_action") == ("pass", "No other post-login Action asks for a second factor.")
    limited.control("actions", [{"name": "Ask for MFA", "code": ENFORCING}, OURS])
    named = (
        "A post-login Action can ask users for MFA: Ask for MFA (multifactor.enable). "
        "So users may be asked whom the limits of the policy leave out."
    )
    assert judged(run, limited, "mfa_in_action") == ("warn", named)
    assert told(run, limited) == {"mfa_in_action": named}


def test_where_the_actions_cannot_be_read_the_check_names_the_scope(run: Run, limited: Lab) -> None:
    limited.grant([scope for scope in ALL_SCOPES if scope != "read:actions"])
    status, evidence = judged(run, limited)
    assert status == "skip"
    assert "read:actions" in evidence


class TestApplications:
    """Only the applications that the limits name can ask their users for a code."""

    @pytest.fixture
    def portal(self, limited: Lab) -> Lab:
        """A tenant with two applications of each kind, of which the policy names one."""
        for name in ("Portal", "Shop"):
            body = {"app_type": "spa", "grant_types": ["authorization_code", "password"]}
            limited.auth0("POST", "clients", body | {"name": name, "web_origins": ["https://example.com"]})
        limited.control("actions", [OURS | {"code": self.code_for(limited)}])
        return limited

    @staticmethod
    def code_for(lab: Lab) -> str:
        """Our code for one of the two."""
        client_id = next(one["client_id"] for one in lab.tenant["clients"] if one["name"] == "Portal")
        scope = PolicyScope(applications=(ScopedApplication(name="Portal", client_id=client_id),))
        return ScopeCode(scope=scope, salt="0123").text

    def test_the_checks_of_applications_look_at_those_only(self, run: Run, portal: Lab) -> None:
        for check_id in ("password_grants", "silent_login"):
            status, evidence = judged(run, portal, check_id)
            assert status == "warn"
            assert "Portal" in evidence
            assert "Shop" not in evidence
            assert "policy Always" not in evidence

    def test_under_always_they_look_at_all(self, run: Run, portal: Lab) -> None:
        overruled(portal)
        for check_id in ("password_grants", "silent_login"):
            assert "Shop" in judged(run, portal, check_id)[1]

    def test_users_are_counted_in_the_whole_tenant(self, run: Run, portal: Lab) -> None:
        for number in range(2):
            body = {"email": f"u{number}@example.com", "password": "correct horse battery"}
            portal.auth0("POST", "users", body | {"connection": "Username-Password-Authentication"})
        counted = "0 of 2 users of the whole tenant have a second factor"
        assert judged(run, portal, "enrollment") == ("pass", f"{counted}.")
        assert counted in run("status", env=portal.env).out
        plan = run("plan", "--only-application", "Shop", "--json", env=portal.env)
        assert plan.change("scope")["summary"].endswith(f"; {counted}")


class TestGone:
    """What the limits name may be deleted, or created again under its old name, which is not the same to the Action."""

    @pytest.fixture
    def named(self, limited: Lab) -> dict[str, list[str]]:
        """The paths of two of each kind that limits can name."""
        found: dict[str, list[str]] = {}
        bodies: dict[str, dict[str, object]] = {
            "clients": {"app_type": "spa"},
            "connections": {"strategy": "auth0"},
            "organizations": {},
            "roles": {},
        }
        for kind, body in bodies.items():
            for name in ("one", "two"):
                made = limited.auth0("POST", kind, body | {"name": name})
                found.setdefault(kind, []).append(f"{kind}/{made['client_id' if kind == 'clients' else 'id']}")
        return found

    @pytest.mark.parametrize("kind", ["clients", "connections", "organizations", "roles"])
    def test_limits_of_which_some_or_all_are_gone_are_noticed(
        self, run: Run, limited: Lab, named: dict[str, list[str]], kind: str
    ) -> None:
        flag = "application" if kind == "clients" else kind.removesuffix("s")
        options = (f"--only-{flag}", "one", f"--only-{flag}", "two")
        assert run("policy", "always", *options, "--yes", env=limited.env).code == 0
        assert judged(run, limited)[0] == "pass"
        limited.auth0("DELETE", named[kind][0])
        status, evidence = judged(run, limited)
        assert status == "warn"
        assert f"names {flag}s that do not exist any more: one" in evidence
        assert "asks nobody" not in evidence
        limited.auth0("DELETE", named[kind][1])
        result = run("doctor", "--json", env=limited.env)
        assert (result.code, check(result)["status"]) == (7, "fail")
        assert "so it asks nobody for a code." in check(result)["evidence"]
        assert check(result)["fix"].startswith("Set the limits again")

    def test_one_created_again_is_another_one(self, run: Run, limited: Lab, named: dict[str, list[str]]) -> None:
        assert run("policy", "always", "--only-application", "one", "--yes", env=limited.env).code == 0
        limited.auth0("DELETE", named["clients"][0])
        limited.auth0("POST", "clients", {"app_type": "spa", "name": "one"})
        assert judged(run, limited)[0] == "fail"
        assert "so it asks nobody" in told(run, limited)["scope_action"]
        assert run("policy", "always", "--only-application", "one", "--yes", env=limited.env).code == 0
        assert judged(run, limited)[0] == "pass"

    def test_what_cannot_be_read_is_not_missed(self, run: Run, limited: Lab, named: dict[str, list[str]]) -> None:
        options = ("--only-organization", "one", "--only-role", "one")
        assert run("policy", "always", *options, "--yes", env=limited.env).code == 0
        for kind in ("organizations", "roles"):
            limited.auth0("DELETE", named[kind][0])
        limited.grant([one for one in ALL_SCOPES if one not in {"read:organizations", "read:roles"}])
        assert judged(run, limited)[0] == "pass"

    def test_only_the_kinds_that_the_limits_name_are_read(self, run: Run, limited: Lab) -> None:
        before = limited.mark()
        run("doctor", "--json", env=limited.env)
        read = {one["path"] for one in limited.log(before)}
        assert not read & {"/api/v2/organizations", "/api/v2/roles"}
