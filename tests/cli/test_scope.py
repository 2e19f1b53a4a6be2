"""The limits of the policy: one post-login Action of ours asks only some users, and no other Action is touched."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mfa_setup.adapters.auth0_actions import Auth0Actions
from mfa_setup.model.scope_code import ACTION_NAME, MARK, read_code
from mfa_setup.sandbox.auth0.scopes import ALL_SCOPES
from support import actions, scene
from support.lab import Lab, Result, Run
from support.scene import warned

PORTAL, APP = "Acme Portal", "Twilio MFA Test"
UP = ("up", "--yes", "--json")
POLICY = ("policy", "always", "--yes", "--json")
EVERYONE = ["all-applications"]


@pytest.fixture
def do(run: Run, lab: Lab) -> Callable[..., Result]:
    """Runs a command that has to succeed."""

    def call(*arguments: str) -> Result:
        result = run(*arguments, env=lab.env)
        assert result.code == 0, result.out + result.err
        return result

    return call


Do = Callable[..., Result]


@pytest.fixture
def portal(lab: Lab) -> str:
    """The application of somebody else's; its client ID."""
    return scene.application(lab, name=PORTAL)


# --- to some -------------------------------------------------------------------------------------------------------


def test_up_limits_the_policy_to_an_application_and_then_finds_nothing_to_do(lab: Lab, portal: str, do: Do) -> None:
    result = do(*UP, "--only-application", PORTAL)
    limits = {
        "applications": [{"name": PORTAL, "client_id": portal}],
        "connections": [],
        "organizations": [],
        "roles": [],
        "percent": None,
    }
    assert result.document["outputs"]["policy"] == "always"
    assert result.document["outputs"]["policy_scope"] == limits
    assert result.change("scope")["status"] == "applied"
    running = actions.running(lab)
    assert running is not None
    assert running.model_dump(mode="json") == limits
    assert lab.tenant["policies"] == []
    assert actions.ours(lab)["runtime"] == "node22"
    assert actions.ours(lab)["supported_triggers"] == [{"id": "post-login", "version": "v3"}]
    for again in ((*UP, "--only-application", portal), UP, ("plan", "--check", "--json")):
        assert do(*again).document["changed"] is False
        assert do(*again).document["outputs"]["policy_scope"] == limits


def test_the_action_runs_before_the_policy_is_lifted(lab: Lab, portal: str, do: Do) -> None:
    assert portal
    do(*UP)
    since = lab.mark()
    do(*POLICY, "--only-application", PORTAL)
    sent = [(method, path.rpartition("/")[2]) for method, path in lab.writes(since)]
    assert [sent[0], sent[1], sent[2], sent[3], sent[4]] == [
        ("POST", "actions"),
        ("POST", "deploy"),
        ("POST", "test"),
        ("PATCH", "bindings"),
        ("PUT", "policies"),
    ]
    assert len(sent) == 5
    assert lab.tenant["policies"] == []


def test_an_application_that_the_same_run_creates_is_meant_by_its_name(lab: Lab, do: Do) -> None:
    result = do(*UP, "--only-application", APP)
    client_id = lab.spas[0]["client_id"]
    assert result.document["outputs"]["policy_scope"]["applications"] == [{"name": APP, "client_id": client_id}]
    assert result.change("scope")["fields"][0]["after"] == [{"name": APP, "client_id": client_id}]
    assert client_id in actions.ours(lab)["code"]
    assert "(new" not in actions.ours(lab)["code"]


def test_every_kind_of_limit_is_resolved(lab: Lab, do: Do) -> None:
    organization = lab.auth0("POST", "organizations", {"name": "acme", "display_name": "Acme"})["id"]
    lab.auth0("POST", "roles", {"name": "admin"})
    connection = lab.auth0("GET", "connections?name=Username-Password-Authentication")[0]["id"]
    more = ("--only-connection", "Username-Password-Authentication", "--only-organization", "acme")
    result = do(*UP, *more, "--only-role", "admin", "--only-percent", "10")
    assert result.document["outputs"]["policy_scope"] == {
        "applications": [],
        "connections": [{"name": "Username-Password-Authentication", "id": connection}],
        "organizations": [{"name": "acme", "id": organization}],
        "roles": ["admin"],
        "percent": 10,
    }


def test_the_order_and_the_repetition_of_values_are_no_change(lab: Lab, portal: str, do: Do) -> None:
    shop = scene.application(lab, name="Shop")
    for name in ("a", "b"):
        lab.auth0("POST", "roles", {"name": name})
    do(*UP, "--only-application", "Shop", "--only-application", PORTAL, "--only-role", "b", "--only-role", "a")
    again = ("--only-application", portal, "--only-application", shop, "--only-application", PORTAL)
    result = do("plan", "--check", "--json", *again, "--only-role", "a", "--only-role", "b", "--only-role", "a")
    assert result.document["changed"] is False


def test_limits_can_be_set_in_the_settings_file(lab: Lab, portal: str, folder: Path, do: Do) -> None:
    (folder / "mfa-setup.toml").write_text(
        f'[policy.only]\napplications = ["{PORTAL}"]\npercent = 30\n', encoding="utf-8"
    )
    scope = do(*UP).document["outputs"]["policy_scope"]
    assert scope["applications"] == [{"name": PORTAL, "client_id": portal}]
    assert scope["percent"] == 30
    assert do(*UP, "--everyone").document["outputs"]["policy_scope"] is None
    assert lab.tenant["policies"] == EVERYONE


def test_the_plan_and_the_status_say_in_words_who_is_asked(unified: Lab, run: Run) -> None:
    scene.application(unified, name=PORTAL)
    more = ("--only-application", PORTAL, "--only-percent", "10")
    plan = run("plan", *more, env=unified.env)
    assert "ask only users of Acme Portal, 10 %" in plan.out
    assert "Users of Acme Portal, 10 % will be asked for a code at login; nobody else will be." in plan.out
    assert run("up", "--yes", *more, env=unified.env).code == 0
    status = run("status", env=unified.env)
    assert "MFA limits    users of Acme Portal, 10 %" in status.out
    assert "Always, limited: users of Acme Portal, 10 % are asked for a code" in status.out


def test_each_result_says_whom_the_tenant_asks_now(unified: Lab, run: Run) -> None:
    scene.application(unified, name=PORTAL, web_origins=["https://portal.example"], app_type="spa")
    assert run("up", "--yes", env=unified.env).code == 0
    some = run("policy", "always", "--only-application", PORTAL, "--yes", env=unified.env)
    assert "This tenant now asks only users of Acme Portal for a code." in some.out
    assert "MFA policy    Always, limited: users of Acme Portal\n" in some.out
    assert "Under the policy Always" not in some.out
    grown = run("policy", "always", "--only-percent", "60", "--yes", env=unified.env)
    assert "Always, limited: by the MFA limits" in grown.err
    assert "This tenant now asks only 60 % of all users for a code." in grown.out
    everyone = run("policy", "always", "--everyone", "--yes", env=unified.env)
    assert "Every login to this tenant now asks for a code." in everyone.out
    assert "The Action that limits the policy" not in everyone.out
    undone = run("undo", "--yes", env=unified.env)
    assert "Always -> Always, limited: only 60 % of all users will be asked for a code" in undone.err
    assert "60 % of all users will be asked for a code at login; nobody else will be." in undone.err
    assert "No user" not in undone.err + undone.out


def test_a_growing_percentage_keeps_the_salt(lab: Lab, do: Do) -> None:
    do(*UP, "--only-percent", "30")
    few, action_id = read_code(actions.ours(lab)["code"]), actions.ours(lab)["id"]
    since = lab.mark()
    do(*POLICY, "--only-percent", "60")
    more = read_code(actions.ours(lab)["code"])
    assert few is not None
    assert more is not None
    assert (few.salt, few.scope.percent, more.salt, more.scope.percent) == (more.salt, 30, few.salt, 60)
    assert actions.ours(lab)["id"] == action_id
    tried = [path.rpartition("/")[2] for _, path in lab.writes(since)]
    assert tried == [action_id, "test", "deploy"]  # tested before it runs


# --- back ----------------------------------------------------------------------------------------------------------


def test_everyone_is_asked_again_before_the_action_goes(lab: Lab, portal: str, do: Do) -> None:
    assert portal
    do(*UP, "--only-application", PORTAL)
    action_id, since = actions.ours(lab)["id"], lab.mark()
    result = do(*POLICY, "--everyone")
    assert [path.rpartition("/")[2] for _, path in lab.writes(since)] == ["policies", "bindings", action_id]
    assert result.document["outputs"]["policy"] == "always"
    assert result.document["outputs"]["policy_scope"] is None
    assert (lab.tenant["policies"], actions.listed(lab)) == (EVERYONE, [])


@pytest.mark.parametrize("policy", ["never", "adaptive"])
def test_another_policy_removes_the_limits(unified: Lab, run: Run, policy: str) -> None:
    assert run(*UP, "--only-percent", "10", env=unified.env).code == 0
    asking = actions.make(unified, "Step-up", actions.ASKING)
    actions.bind(unified, [asking, actions.ours(unified)["id"]])
    result = run("policy", policy, "--yes", "--json", env=unified.env)
    assert result.code == 0, result.out
    assert result.document["outputs"]["policy"] == policy
    assert result.document["outputs"]["policy_scope"] is None
    assert actions.bound(unified) == ["Step-up"]
    assert ("mfa_in_action" in warned(result)) is (policy == "never")


def test_without_a_word_about_limits_those_in_force_stay_and_leftovers_go(lab: Lab, do: Do) -> None:
    do(*UP, "--only-percent", "10")
    assert do(*POLICY).document["changed"] is False
    lab.auth0("PUT", "guardian/policies", EVERYONE)  # manually: everyone is asked, so no limits are in force
    assert do(*POLICY).document["changed"] is True
    assert (lab.tenant["policies"], actions.listed(lab)) == (EVERYONE, [])


# --- other people's Actions ----------------------------------------------------------------------------------------


def test_foreign_actions_keep_their_order_and_ours_comes_last(lab: Lab, do: Do) -> None:
    first, second = actions.make(lab, "First"), actions.make(lab, "Second")
    actions.make(lab, "Idle")
    actions.bind(lab, [second, first])
    do(*UP, "--only-percent", "10")
    assert actions.bound(lab) == ["Second", "First", ACTION_NAME]
    actions.bind(lab, [second, actions.ours(lab)["id"], first])
    do(*POLICY, "--everyone")
    assert actions.bound(lab) == ["Second", "First"]
    assert {one["name"] for one in actions.listed(lab)} == {"First", "Second", "Idle"}


def test_an_unbound_action_of_ours_is_drift_and_is_bound_again(lab: Lab, run: Run, do: Do) -> None:
    do(*UP, "--only-percent", "10")
    actions.bind(lab, [])
    drift = run("plan", "--check", "--json", env=lab.env)
    assert drift.code == 10
    assert [one["path"] for one in drift.change("scope")["fields"]] == ["bound"]
    assert "not bound" in run("status", env=lab.env).out
    do(*UP)
    assert actions.bound(lab) == [ACTION_NAME]


@pytest.mark.parametrize(
    ("code", "limits"),
    [
        (actions.ASKING, ()),
        (actions.ASKING, ("--only-percent", "10")),
        (f"{MARK}\nconst SCOPE = {{}};\n", ()),
    ],
)
def test_code_that_lost_our_marker_is_drift_and_is_replaced_only_with_consent(
    lab: Lab, run: Run, do: Do, code: str, limits: tuple[str, ...]
) -> None:
    do(*UP, "--only-percent", "10")
    written = actions.ours(lab)["code"]
    actions.edit(lab, code)
    drift = run("plan", "--check", "--json", *limits, env=lab.env)
    assert drift.code == 10
    assert "consent_needed" in warned(drift)
    refused = run(*UP, *limits, env=lab.env)
    assert (refused.code, refused.document["error"]["code"]) == (7, "action_changed")
    assert [check["id"] for check in refused.document["checks"]] == ["action_changed"]
    assert actions.ours(lab)["code"] == code
    done = do(*UP, *limits, "--override", "action_changed")
    assert [check["id"] for check in done.document["checks"] if check["overridden"]] == ["action_changed"]
    assert actions.ours(lab)["code"] == written
    assert actions.running(lab) is not None


def test_an_edit_that_keeps_the_marker_is_drift_too(unified: Lab, run: Run) -> None:
    assert run(*UP, "--only-percent", "10", env=unified.env).code == 0
    actions.edit(unified, actions.ours(unified)["code"].replace("2166136261", "2166136262"))
    drift = run("plan", "--check", "--json", env=unified.env)
    assert drift.code == 10
    assert [one["path"] for one in drift.change("scope")["fields"]] == ["code"]
    assert run(*UP, env=unified.env).document["error"]["code"] == "action_changed"


def test_changed_code_on_another_machine_needs_a_word_about_whom_to_ask(unified: Lab, run: Run, tmp_path: Path) -> None:
    assert run(*UP, "--only-percent", "10", env=unified.env).code == 0
    actions.edit(unified, actions.ASKING)
    elsewhere = {**unified.env, "MFA_SETUP_STATE_DIR": str(tmp_path / "other")}
    refused = run(*UP, env=elsewhere)
    assert (refused.code, refused.document["error"]["code"]) == (7, "action_changed")
    assert "--only-percent" in refused.document["error"]["hint"]
    assert run(*UP, "--everyone", env=elsewhere).code == 0
    assert unified.tenant["policies"] == EVERYONE
    assert actions.bound(unified) == [ACTION_NAME]  # not known to be ours, so it is left and named


def test_two_actions_of_ours_are_refused(unified: Lab, run: Run) -> None:
    assert run(*UP, "--only-percent", "10", env=unified.env).code == 0
    actions.make(unified, "A copy", actions.ours(unified)["code"])
    refused = run(*POLICY, "--only-percent", "20", env=unified.env)
    assert (refused.code, refused.document["error"]["code"]) == (7, "action_conflict")
    assert "A copy" in refused.document["error"]["message"]
    dropped = run("policy", "never", "--yes", "--json", env=unified.env)
    assert (dropped.code, "action_left" in warned(dropped)) == (0, True)
    assert [one["name"] for one in actions.listed(unified)] == ["A copy"]


# --- what is refused -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "code", "exits"),
    [
        ("policy never --only-percent 10", "invalid_value", 3),
        ("policy adaptive --only-role admin", "invalid_value", 3),
        ("policy always --only-percent 10 --everyone", "invalid_value", 3),
        ("policy always --only-percent 0", "invalid_value", 3),
        ("policy always --only-percent 100", "invalid_value", 3),
        ("policy always --only-percent 9.5", "invalid_value", 3),
        ("policy always --only-application Nobody", "not_found", 3),
        ("policy always --only-connection Nobody", "not_found", 3),
        ("policy always --only-organization nobody", "not_found", 3),
        ("policy always --only-role nobody", "not_found", 3),
        ("policy always --only-application Twice", "value_needed", 6),
        ("up --only-application Nobody", "not_found", 3),
    ],
)
def test_limits_that_make_no_sense_are_refused(unified: Lab, run: Run, line: str, code: str, exits: int) -> None:
    for _ in range(2):
        scene.application(unified, name="Twice")
    since = unified.mark()
    refused = run(*line.split(), "--yes", "--json", env=unified.env)
    assert (refused.code, refused.document["error"]["code"]) == (exits, code)
    assert refused.document["error"]["hint"]
    assert unified.writes(since) == []


def test_limits_wait_until_codes_can_be_delivered(unified: Lab, run: Run) -> None:
    since = unified.mark()
    refused = run(*POLICY, "--only-percent", "10", env=unified.env)
    assert (refused.code, refused.document["error"]["code"]) == (7, "guard_refused")
    assert "factor_on" in {check["id"] for check in refused.document["checks"]}
    assert unified.writes(since) == []


def test_limits_on_a_policy_that_somebody_else_set_lower_mfa(lab: Lab, run: Run, do: Do, tmp_path: Path) -> None:
    do(*UP)
    elsewhere: dict[str, str | None] = {**lab.env, "MFA_SETUP_STATE_DIR": str(tmp_path / "other")}
    since = lab.mark()
    refused = run(*POLICY, "--only-percent", "10", env=elsewhere)
    assert (refused.code, refused.document["error"]["code"]) == (7, "guard_refused")
    assert [check["id"] for check in refused.document["checks"]] == ["mfa_lowered"]
    assert lab.writes(since) == []
    assert "consent_needed" in warned(run("plan", "--json", "--only-percent", "10", env=elsewhere))
    assert run(*POLICY, "--only-percent", "10", "--override", "mfa_lowered", *UNSEEN, env=elsewhere).code == 0
    assert lab.tenant["policies"] == []
    do(*POLICY, "--everyone")
    do(*POLICY, "--only-percent", "10")  # this machine's journal set the policy


def without(lab: Lab, *scopes: str) -> None:
    """Takes scopes away from the tool's client."""
    lab.grant([scope for scope in ALL_SCOPES if scope not in scopes])


def test_limits_that_cannot_be_read_are_never_dropped_silently(lab: Lab, run: Run, do: Do) -> None:
    do(*UP, "--only-percent", "10")
    without(lab, "read:actions")
    refused = run(*UP, "--no-token-cache", env=lab.env)
    assert (refused.code, refused.document["error"]["code"]) == (4, "limits_unread")
    assert "--everyone" in refused.document["error"]["hint"]
    assert lab.tenant["policies"] == []
    assert run("status", "--json", "--no-token-cache", env=lab.env).code == 0
    do(*POLICY, "--everyone", "--no-token-cache")
    assert lab.tenant["policies"] == EVERYONE


WITHOUT_ACTIONS = {
    "method": "*",
    "path": "/api/v2/actions/*",
    "effect": "status:403",
    "times": 50,
    "body": {
        "statusCode": 403,
        "error": "Forbidden",
        "message": "This feature is not enabled for this tenant.",
        "errorCode": "feature_not_enabled",
    },
}


def test_a_tenant_without_actions_can_ask_everyone_and_nobody_else(unified: Lab, run: Run) -> None:
    assert run(*UP, "--policy", "never", env=unified.env).code == 0
    unified.faults(WITHOUT_ACTIONS)
    since = unified.mark()
    for option in (("--only-percent", "10"), ("--only-application", APP)):
        refused = run(*POLICY, *option, env=unified.env)
        assert (refused.code, refused.document["error"]["code"]) == (4, "plan_refused")
        assert "Only a post-login Action can limit the policy" in refused.document["error"]["message"]
        assert "--everyone" in refused.document["error"]["hint"]
    assert unified.writes(since) == []
    for command in (POLICY, POLICY, UP):
        assert run(*command, env=unified.env).code == 0
    assert unified.tenant["policies"] == EVERYONE


def test_a_tenant_that_sends_no_codes_yet_needs_no_scope_to_read_limits(lab: Lab, do: Do) -> None:
    without(lab, "read:actions")
    do(*UP)
    assert lab.tenant["policies"] == EVERYONE


def test_a_test_run_that_fails_leaves_the_policy_as_it_is(
    unified: Lab, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(*UP, env=unified.env).code == 0
    monkeypatch.setattr(Auth0Actions, "test", lambda *_: False)
    failed = run(*POLICY, "--only-percent", "10", env=unified.env)
    assert (failed.code, failed.document["error"]["code"]) == (1, "action_unusable")
    assert (unified.tenant["policies"], actions.bound(unified)) == (EVERYONE, [])


# --- limits count like a policy ------------------------------------------------------------------------------------


def test_what_limits_depend_on_is_not_undone_under_them(lab: Lab, run: Run, do: Do) -> None:
    setup = do(*UP, "--policy", "never").document["run_id"]
    do(*POLICY, "--only-percent", "10")
    since = lab.mark()
    refused = run(*UNDO, "--run", setup, env=lab.env)
    assert (refused.code, refused.document["error"]["code"]) == (7, "guard_refused")
    assert "The policy is always" in refused.document["error"]["message"]
    assert lab.writes(since) == []


def test_limits_whose_codes_cannot_be_sent_are_an_emergency(lab: Lab, run: Run, do: Do) -> None:
    do(*UP, "--only-percent", "10")
    lab.auth0("PUT", "guardian/factors/sms", {"enabled": False})
    found = run("doctor", "--json", env=lab.env)
    assert (found.code, found.document["error"]["code"]) == (7, "enforced_undeliverable")


def test_a_tenant_with_limits_is_in_order(do: Do) -> None:
    do(*UP, "--only-percent", "10")
    checks = {check["id"]: check["status"] for check in do("doctor", "--json").document["checks"]}
    assert checks["mfa_in_action"] == "pass"  # our own Action is the policy, and no surprise


def test_the_test_sms_is_sent_before_the_action_asks_anyone(unified: Lab, run: Run) -> None:
    assert run(*UP, "--policy", "never", env=unified.env).code == 0
    since = unified.mark()
    to = ("--test-to", "+12015550123")
    assert run(*POLICY, "--only-percent", "10", *to, env=unified.env).code == 0
    sent = [path.rpartition("/")[2] for _, path in unified.writes(since)]
    assert "Messages.json" in sent[:-4]
    assert sent[-4:] == ["actions", "deploy", "test", "bindings"]


# --- undo ----------------------------------------------------------------------------------------------------------


def state(lab: Lab) -> dict[str, Any]:
    """All that an undo has to restore."""
    return {
        "policies": lab.tenant["policies"],
        "bound": actions.bound(lab),
        "code": [(one["name"], one["code"], one["deployed_version"]["code"]) for one in actions.listed(lab)],
    }


UNSEEN = ("--override", "provider_token")  # another machine cannot know which Twilio token Auth0 holds
UNDO = ("undo", "--yes", "--json")


def test_undo_restores_everyone_before_it_removes_the_action(lab: Lab, do: Do) -> None:
    first = actions.make(lab, "First")
    actions.bind(lab, [first])
    do(*UP)
    before = state(lab)
    do(*POLICY, "--only-percent", "10")
    since = lab.mark()
    undone = do(*UNDO)
    assert [path.rpartition("/")[2] for _, path in lab.writes(since)][:2] == ["policies", "bindings"]
    assert state(lab) == before
    assert undone.document["outputs"]["policy_scope"] is None


def test_undo_restores_the_action_before_it_lifts_the_policy(lab: Lab, do: Do) -> None:
    do(*UP, "--only-percent", "10")
    before = state(lab)
    do(*POLICY, "--everyone")
    since = lab.mark()
    do(*UNDO)
    names = [path.rpartition("/")[2] for _, path in lab.writes(since)]
    assert names == ["actions", "deploy", "bindings", "policies"]
    assert state(lab) == before


def test_undo_restores_the_former_code_byte_for_byte(lab: Lab, do: Do) -> None:
    do(*UP, "--only-percent", "10")
    edited = actions.ours(lab)["code"].replace("const ask =", "const  ask =")
    actions.edit(lab, edited)
    before = state(lab)
    do(*UP, "--only-percent", "20", "--override", "action_changed")
    do(*UNDO)
    assert state(lab) == before
    assert actions.ours(lab)["code"] == edited


def test_undo_leaves_an_action_that_a_later_run_changed(unified: Lab, run: Run) -> None:
    first = run(*UP, "--only-percent", "10", env=unified.env)
    assert run(*POLICY, "--only-percent", "20", env=unified.env).code == 0
    before = state(unified)
    undone = run(*UNDO, "--run", first.document["run_id"], env=unified.env)
    assert undone.code in {0, 7}, undone.out
    assert state(unified) == before


def test_undo_of_never_brings_the_limits_back(lab: Lab, do: Do) -> None:
    do(*UP, "--only-percent", "10")
    before = state(lab)
    do("policy", "never", "--yes", "--json")
    assert state(lab) == {"policies": [], "bound": [], "code": []}
    do(*UNDO)
    assert state(lab) == before


def test_a_token_that_may_be_wrong_is_sent_again_where_the_running_code_is_not_as_written(
    unified: Lab, run: Run, tmp_path: Path
) -> None:
    limits = ("--only-percent", "10")
    assert run(*UP, *limits, env=unified.env).code == 0
    elsewhere = {**unified.env, "MFA_SETUP_STATE_DIR": str(tmp_path / "s"), "MFA_SETUP_CACHE_DIR": str(tmp_path / "c")}
    plan = ("plan", "--json", *limits)
    assert run(*plan, env=elsewhere).change("provider")["action"] == "none"
    code = actions.ours(unified)["code"]
    actions.edit(unified, code.replace("api.multifactor.enable", "if (false) api.multifactor.enable"))
    assert actions.ours(unified)["code"] != code
    assert run(*plan, env=elsewhere).change("provider")["action"] == "update"


def test_single_steps_need_nothing_of_limits_in_the_settings(unified: Lab, run: Run, tmp_path: Path) -> None:
    unified.auth0("POST", "roles", {"name": "staff", "description": "x"})
    Path("mfa-setup.toml").write_text('[policy.only]\nroles = ["staff"]\n', encoding="utf-8")
    assert run(*UP, env=unified.env).code == 0
    elsewhere = {**unified.env, "MFA_SETUP_STATE_DIR": str(tmp_path / "s"), "MFA_SETUP_CACHE_DIR": str(tmp_path / "c")}
    for command in (("enable-sms", "--yes"), ("buy-number", "--yes"), ("status",)):
        result = run(*command, "--json", env=elsewhere)
        assert result.code == 0, result.out
