"""Calls of auth0-python about Actions, roles and organizations."""

from support.sdk_cases import Case, first, gone, one, same

TRIGGERS = [{"id": "post-login", "version": "v3"}]
ACTIONS = [
    Case(
        "GET /actions/actions",
        lambda a, _: a.actions.list(trigger_id="post-login", action_name="mfa", deployed=True),
        lambda r, t: [action.id for action in r] == [t.action],
        first=first("action"),
    ),
    Case(
        "POST /actions/actions",
        lambda a, _: a.actions.create(
            name="new", supported_triggers=TRIGGERS, code="//", secrets=[{"name": "key", "value": "PLACEHOLDER"}]
        ),
        lambda r, _: (r.status, r.runtime, r.secrets[0].name, r.deployed_version) == ("pending", "node22", "key", None),
    ),
    Case("GET /actions/actions/{id}", lambda a, t: a.actions.get(t.action), same("action")),
    Case(
        "PATCH /actions/actions/{id}",
        lambda a, t: a.actions.update(t.action, code="// changed"),
        lambda r, _: (r.code, r.deployed_version.code, r.all_changes_deployed) == ("// changed", "", False),
    ),
    Case(
        "DELETE /actions/actions/{id}",
        lambda a, t: a.actions.delete(t.action, force=True),
        lambda _, t: t.lab.auth0("GET", "actions/actions")["actions"] == [],
    ),
    Case(
        "POST /actions/actions/{id}/deploy",
        lambda a, t: a.actions.deploy(t.action),
        lambda r, _: (r.number, r.deployed, r.action.name) == (2, False, "mfa"),
    ),
    Case(
        "POST /actions/actions/{id}/test",
        lambda a, t: a.actions.test(t.action, payload={"event": {}}),
        lambda r, _: r.payload is not None,
    ),
    Case(
        "GET /actions/actions/{actionId}/versions",
        lambda a, t: a.actions.versions.list(t.action),
        one("version"),
    ),
    Case(
        "GET /actions/actions/{actionId}/versions/{id}",
        lambda a, t: a.actions.versions.get(t.action, t.version),
        lambda r, t: (r.id, r.deployed, r.action.id) == (t.version, True, t.action),
    ),
    Case(
        "POST /actions/actions/{actionId}/versions/{id}/deploy",
        lambda a, t: a.actions.versions.deploy(t.action, t.version, request={}),
        lambda r, t: (r.number, r.id != t.version) == (2, True),
    ),
    Case("GET /actions/executions/{id}", lambda a, t: a.actions.executions.get(t.execution), same("execution")),
    Case(
        "GET /actions/triggers",
        lambda a, _: a.actions.triggers.list(),
        lambda r, _: ("post-login", "v3", "CURRENT") in {(one.id, one.version, one.status) for one in r.triggers},
    ),
    Case(
        "GET /actions/triggers/{triggerId}/bindings",
        lambda a, _: a.actions.triggers.bindings.list("post-login"),
        lambda r, t: [binding.action.id for binding in r] == [t.action],
        first=first("action"),
    ),
    Case(
        "PATCH /actions/triggers/{triggerId}/bindings",
        lambda a, t: a.actions.triggers.bindings.update_many(
            "post-login", bindings=[{"ref": {"type": "action_id", "value": t.action}, "display_name": "Ask"}]
        ),
        lambda r, t: [(one.action.id, one.display_name) for one in r.bindings] == [(t.action, "Ask")],
    ),
]

GROUPS = [
    Case("GET /roles", lambda a, _: a.roles.list(name_filter="ADM"), one("role"), first=first("role")),
    Case(
        "POST /roles",
        lambda a, _: a.roles.create(name="editor", description="May edit"),
        lambda r, _: (r.name, r.id[:4]) == ("editor", "rol_"),
    ),
    Case("GET /roles/{id}", lambda a, t: a.roles.get(t.role), same("role")),
    Case(
        "PATCH /roles/{id}",
        lambda a, t: a.roles.update(t.role, description="Less"),
        lambda r, _: (r.name, r.description) == ("admin", "Less"),
    ),
    Case(
        "DELETE /roles/{id}",
        lambda a, t: a.roles.delete(t.role),
        lambda _, t: t.lab.auth0("GET", f"users/{t.user}/roles") == [],
    ),
    Case(
        "GET /roles/{id}/users",
        lambda a, t: a.roles.users.list(t.role),
        lambda r, t: [one.user_id for one in r] == [t.user],
    ),
    Case(
        "POST /roles/{id}/users",
        lambda a, t: a.roles.users.assign(t.role, users=[t.user]),
        lambda _, t: [one["id"] for one in t.lab.auth0("GET", f"users/{t.user}/roles")] == [t.role],
    ),
    Case("GET /users/{id}/roles", lambda a, t: a.users.roles.list(t.user), one("role"), first=first("role")),
    Case("POST /users/{id}/roles", lambda a, t: a.users.roles.assign(t.user, roles=[t.role]), gone),
    Case(
        "DELETE /users/{id}/roles",
        lambda a, t: a.users.roles.delete(t.user, roles=[t.role]),
        lambda _, t: t.lab.auth0("GET", f"users/{t.user}/roles") == [],
    ),
    Case("GET /organizations", lambda a, _: a.organizations.list(), one("organization"), first=first("organization")),
    Case(
        "POST /organizations",
        lambda a, t: a.organizations.create(name="other", enabled_connections=[{"connection_id": t.connection}]),
        lambda r, t: (r.name, r.enabled_connections[0].connection_id) == ("other", t.connection),
    ),
    Case("GET /organizations/{id}", lambda a, t: a.organizations.get(t.organization), same("organization")),
    Case(
        "GET /organizations/name/{name}",
        lambda a, _: a.organizations.get_by_name("acme"),
        same("organization"),
        first=first("organization"),
    ),
    Case(
        "PATCH /organizations/{id}",
        lambda a, t: a.organizations.update(t.organization, metadata={"plan": "pro"}),
        lambda r, _: (r.name, r.metadata) == ("acme", {"plan": "pro"}),
    ),
    Case("DELETE /organizations/{id}", lambda a, t: a.organizations.delete(t.organization), gone),
    Case(
        "GET /organizations/{id}/members",
        lambda a, t: a.organizations.members.list(t.organization, fields="user_id,roles"),
        lambda r, t: [(one.user_id, one.roles[0].id) for one in r] == [(t.user, t.role)],
    ),
    Case(
        "POST /organizations/{id}/members",
        lambda a, t: a.organizations.members.create(t.organization, members=[t.user]),
        lambda _, t: len(t.lab.auth0("GET", f"organizations/{t.organization}/members")) == 1,
    ),
    Case(
        "DELETE /organizations/{id}/members",
        lambda a, t: a.organizations.members.delete(t.organization, members=[t.user]),
        lambda _, t: t.lab.auth0("GET", f"organizations/{t.organization}/members") == [],
    ),
    Case(
        "GET /organizations/{id}/members/{user_id}/roles",
        lambda a, t: a.organizations.members.roles.list(t.organization, t.user),
        one("role"),
    ),
    Case(
        "POST /organizations/{id}/members/{user_id}/roles",
        lambda a, t: a.organizations.members.roles.assign(t.organization, t.user, roles=[t.role]),
        gone,
    ),
    Case(
        "DELETE /organizations/{id}/members/{user_id}/roles",
        lambda a, t: a.organizations.members.roles.delete(t.organization, t.user, roles=[t.role]),
        lambda _, t: t.lab.auth0("GET", f"organizations/{t.organization}/members/{t.user}/roles") == [],
    ),
]
