"""Probes of applications, users, organizations, APIs and Actions."""

import time
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from live.probes import probe
from live.site import Answer, Site, UntriedError

_ACTIONS, _BINDINGS = "actions/actions", "actions/triggers/post-login/bindings"
_CODE = "exports.onExecutePostLogin = async () => {};"
_EVENT = {"event": {"user": {"user_id": "auth0|mfa-setup-live"}}}


def _application(site: Site, *callbacks: str) -> Answer:
    answer = site.ask("POST", "clients", {"name": site.name, "app_type": "spa", "callbacks": list(callbacks)})
    if answer.ok:
        place = f"clients/{answer['client_id']}"
        site.created("the application", lambda: site.gone(site.ask("DELETE", place)))
    return answer


def _stored(site: Site, url: str) -> str:
    answer = _application(site, url)
    return "refused" if not answer.ok else "stored" if answer["callbacks"] == [url] else "changed"


@probe("url-wildcard-path")
def wildcard_path(site: Site) -> str:
    return _stored(site, "https://app.example.com/*")


@probe("url-underscore")
def underscore(site: Site) -> str:
    return _stored(site, "https://my_app.example.com/callback")


@probe("url-other-script")
def other_script(site: Site) -> str:
    return _stored(site, "https://bücher.example/callback")


@probe("url-wildcard-path-matches")
def wildcard_matches(site: Site) -> str:
    answer = _application(site, "https://app.example.com/*")
    if not answer.ok:
        raise UntriedError("Auth0 does not store such a URL.")
    query = {"client_id": answer["client_id"], "response_type": "code", "scope": "openid"}
    query |= {"code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method": "S256"}
    query |= {"redirect_uri": "https://app.example.com/callback"}
    shown = site.ask("GET", f"/authorize?{urlencode(query)}")
    refused = shown.status >= 400 or urlsplit(shown.headers.get("location", "")).path.endswith("/error")
    return "matches nothing else" if refused else "matches other paths"


@probe("new-application-connections")
def new_application(site: Site) -> str:
    if site.auth0.settings().all_connections:
        return "flag is on"
    created = _application(site, "http://localhost:3000")
    found = site.ask("GET", f"clients/{created['client_id']}/connections")
    if not found.ok:
        raise UntriedError(f"The connections of the application could not be read: {found.status} {found.message}")
    return "on connections" if found["connections"] else "on no connection"


@probe("application-deleted-error")
def deleted_application(site: Site) -> str:
    created = _application(site)
    site.ask("DELETE", f"clients/{created['client_id']}")
    answer = site.ask("PATCH", f"clients/{created['client_id']}", {"description": "mfa-setup live check"})
    return "404" if answer.status == 404 else "another answer"


def _user(site: Site) -> tuple[dict[str, Any], dict[str, Any]]:
    database = next(iter(site.auth0.connections()), None)
    if database is None:
        raise UntriedError("The tenant has no database connection.")
    body: dict[str, Any] = {"connection": database, "email": f"{site.name}@example.com", "password": f"Pw0!{site.name}"}
    body |= {"verify_email": False}  # no e-mail is sent
    return body, site.make("users", body, key="user_id")


@probe("user-multifactor-field")
def multifactor_field(site: Site) -> str:
    _, user = _user(site)
    place = f"users/{quote(user['user_id'], safe='')}?fields=user_id,multifactor&include_fields=true"
    answer = site.ask("GET", place)
    if "multifactor" not in (answer.body or {}):
        return "absent"
    return "filled" if answer["multifactor"] else "empty"


@probe("user-exists")
def user_exists(site: Site) -> str:
    body, _ = _user(site)
    answer = site.ask("POST", "users", body)
    return "409 auth0_idp_error" if (answer.status, answer.code) == (409, "auth0_idp_error") else "another answer"


@probe("organization-display-name")
def display_name(site: Site) -> str:
    name = site.name
    created = site.make("organizations", {"name": name})
    return "the name" if created.get("display_name") == name else "another value"


@probe("organization-name-taken")
def organization_taken(site: Site) -> str:
    body = {"name": site.name}
    site.make("organizations", body)
    answer = site.ask("POST", "organizations", body)
    return "409 without errorCode" if (answer.status, answer["errorCode"]) == (409, None) else "another answer"


def _api(site: Site) -> tuple[dict[str, Any], dict[str, Any]]:
    name = site.name
    body = {"name": name, "identifier": f"https://{name}.example"}
    return body, site.make("resource-servers", body)


@probe("api-defaults")
def api_defaults(site: Site) -> str:
    _, created = _api(site)
    expected = {"signing_alg": "RS256", "token_lifetime": 86400, "token_lifetime_for_web": 7200}
    return "as in the sandbox" if expected.items() <= created.items() else "other defaults"


@probe("api-identifier-taken")
def api_taken(site: Site) -> str:
    body, _ = _api(site)
    answer = site.ask("POST", "resource-servers", body)
    return "409 conflict" if (answer.status, answer.code) == (409, "conflict") else "another answer"


def _action(site: Site, code: str = _CODE, name: str = "") -> Answer:
    triggers = [{"id": "post-login", "version": "v3"}]
    answer = site.ask("POST", _ACTIONS, {"name": name or site.name, "code": code, "supported_triggers": triggers})
    if answer.ok:
        place = f"{_ACTIONS}/{answer['id']}?force=true"
        site.created("the Action", lambda: site.gone(site.ask("DELETE", place)))
    return answer


def _built(site: Site, code: str = _CODE) -> str:
    created = _action(site, code)
    for _ in range(60):
        if site.ask("GET", f"{_ACTIONS}/{created['id']}")["status"] == "built":
            return str(created["id"])
        time.sleep(0.5)
    raise UntriedError(f"The Action was not built within half a minute (creation: {created.status} {created.message}).")


@probe("action-names")
def action_names(site: Site) -> str:
    name = site.name
    _action(site, name=name)
    return "not unique" if _action(site, name=name).ok else "unique"


@probe("action-test-success")
def test_success(site: Site) -> str:
    answer = site.ask("POST", f"{_ACTIONS}/{_built(site)}/test", {"payload": _EVENT})
    return "refused" if not answer.ok else "an error key" if _names_error(answer.body) else "no error key"


@probe("action-test-failure")
def test_failure(site: Site) -> str:
    code = 'exports.onExecutePostLogin = async () => { throw new Error("mfa-setup live check"); };'
    answer = site.ask("POST", f"{_ACTIONS}/{_built(site, code)}/test", {"payload": _EVENT})
    return "refused" if not answer.ok else "an error key" if _names_error(answer.body) else "no error key"


def _names_error(value: Any) -> bool:
    from mfa_setup.adapters import auth0_actions  # noqa: PLC0415 the rule of the adapter itself is on trial

    return auth0_actions._names_error(value)


@probe("action-test-unbuilt")
def test_unbuilt(site: Site) -> str:
    created = _action(site)
    return "accepted" if site.ask("POST", f"{_ACTIONS}/{created['id']}/test", {"payload": _EVENT}).ok else "refused"


def _bind(site: Site, action_id: str) -> Answer:
    if site.ask("GET", _BINDINGS)["bindings"]:
        raise UntriedError("An Action is bound to the post-login trigger.")
    site.created("the bindings", lambda: site.gone(site.ask("PATCH", _BINDINGS, {"bindings": []})))
    binding = {"ref": {"type": "action_id", "value": action_id}, "display_name": site.name}
    return site.ask("PATCH", _BINDINGS, {"bindings": [binding]})


def _bound(site: Site) -> str:
    """Binds an Action that does nothing; it runs in logins until the probe ends."""
    action_id = _built(site)
    site.ask("POST", f"{_ACTIONS}/{action_id}/deploy")
    for _ in range(30):
        if (site.ask("GET", f"{_ACTIONS}/{action_id}")["deployed_version"] or {}).get("deployed"):
            break
        time.sleep(1)
    answer = _bind(site, action_id)
    if not answer.ok:
        raise UntriedError(f"The Action could not be bound: {answer.status} {answer.message}")
    return action_id


@probe("action-undeployed-binding")
def undeployed_binding(site: Site) -> str:
    answer = _bind(site, _built(site))
    text = "Trying to create a binding for an action that has not been deployed."
    if answer.status != 400:
        return "another answer"
    return "400 with the text" if answer.message == text else "400 with another text"


@probe("action-bound-deletion")
def bound_deletion(site: Site) -> str:
    answer = site.ask("DELETE", f"{_ACTIONS}/{_bound(site)}")
    if answer.status != 409:
        return "another answer"
    return "409 with errorCode" if answer["errorCode"] else "409 without errorCode"


@probe("action-bindings-omitted")
def bindings_omitted(site: Site) -> str:
    _bound(site)
    if not site.ask("PATCH", _BINDINGS, {}).ok:
        return "refused"
    return "kept" if site.ask("GET", _BINDINGS)["bindings"] else "removed"


@probe("action-code-size")
def code_size(site: Site) -> str:
    limit = 100_000
    if not _action(site, _CODE.ljust(limit)).ok:
        return "less is accepted"
    return "more is accepted" if _action(site, _CODE.ljust(limit + 1)).ok else "100,000 bytes"
