"""The application: found again or created, updated where it is ours, unchanged where it is not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.lab import Lab, Result, Run
from support.scene import CONNECTION, NAME, URL, actions, application, client, paths, pending, set_connected, warned

OTHER = "https://app.example.com"
WEAK: dict[str, Any] = {
    "oidc_conformant": False,
    "token_endpoint_auth_method": "client_secret_post",
    "grant_types": ["authorization_code", "implicit", "refresh_token"],
    "jwt_configuration": {"alg": "HS256", "lifetime_in_seconds": 36000, "secret_encoded": False},
    "refresh_token": {
        "rotation_type": "non-rotating",
        "expiration_type": "non-expiring",
        "leeway": 0,
        "token_lifetime": 2592000,
        "idle_token_lifetime": 1296000,
        "infinite_token_lifetime": True,
        "infinite_idle_token_lifetime": True,
    },
}
"""Each security setting as the service's own defaults, or somebody's hand, would have it."""
LISTS = ["callbacks", "allowed_logout_urls", "web_origins"]

Init = Callable[..., Result]


@pytest.fixture
def init(run: Run, unified: Lab) -> Init:
    """Runs `init`; applications are the same on both phone stacks."""

    def call(*arguments: str) -> Result:
        return run("init", "--yes", "--json", *arguments, env=unified.env)

    return call


@pytest.fixture
def ours(init: Init) -> str:
    """The client ID of an application that a first run made."""
    result = init()
    assert result.code == 0, result.out
    return str(result.document["outputs"]["client_id"])


# --- which one is meant --------------------------------------------------------------------------------------------


def test_where_there_is_none_of_the_name_one_is_made(init: Init, unified: Lab) -> None:
    application(unified, name="Another App")
    result = init()
    assert result.code == 0
    assert result.change("application")["action"] == "create"
    assert sorted(spa["name"] for spa in unified.spas) == ["Another App", NAME]
    assert client(unified, result.document["outputs"]["client_id"])["name"] == NAME


def test_the_creation_is_shown_field_by_field(run: Run, unified: Lab) -> None:
    change = run("plan", "--json", env=unified.env).change("application")
    assert paths(change) == [
        "name", "app_type", *LISTS, *WEAK, "client_metadata", "connection",
    ]  # fmt: skip
    assert {field["before"] for field in change["fields"]} == {None}


def test_ours_is_found_by_mark_and_name_among_others_of_the_name(init: Init, ours: str, unified: Lab) -> None:
    application(unified)
    application(unified)
    result = init()
    assert result.code == 0
    assert result.document["outputs"]["client_id"] == ours
    assert result.document["changed"] is False


def test_ours_of_another_name_is_not_taken(init: Init, ours: str, unified: Lab) -> None:
    result = init("--name", "Second App")
    assert result.document["outputs"]["client_id"] != ours
    assert client(unified, ours)["name"] == NAME
    assert len(unified.spas) == 2


def test_where_none_is_ours_the_only_one_of_the_name_is_taken(init: Init, unified: Lab) -> None:
    theirs = application(unified)
    assert init().document["outputs"]["client_id"] == theirs
    assert len(unified.spas) == 1


def test_a_name_is_matched_to_the_letter(init: Init, unified: Lab) -> None:
    theirs = application(unified, name=NAME.lower())
    assert init().document["outputs"]["client_id"] != theirs


def test_a_client_id_finds_an_application_of_any_name_and_leaves_its_name(init: Init, unified: Lab) -> None:
    application(unified)
    theirs = application(unified, name="Shop")
    result = init("--app-client-id", theirs, "--url", URL)
    assert result.document["outputs"]["client_id"] == theirs
    assert client(unified, theirs)["name"] == "Shop"
    assert client(unified, theirs)["callbacks"] == [URL]


def test_a_client_id_goes_before_our_mark(init: Init, ours: str, unified: Lab) -> None:
    theirs = application(unified)
    assert init("--app-client-id", theirs).document["outputs"]["client_id"] == theirs
    assert theirs != ours


def test_a_client_id_that_does_not_exist_makes_nothing(init: Init, unified: Lab) -> None:
    result = init("--app-client-id", "a" * 32)
    assert result.code == 3
    assert result.document["error"]["code"] == "not_found"
    assert "--app-client-id" in result.document["error"]["hint"]
    assert unified.writes() == []


def test_several_of_the_name_stop_with_the_list(init: Init, unified: Lab) -> None:
    both = [application(unified), application(unified)]
    before = unified.mark()
    result = init()
    assert result.code == 6
    error = result.document["error"]
    assert error["code"] == "choice_needed"
    assert all(one in error["message"] for one in both)
    assert "--app-client-id" in error["hint"]
    assert unified.writes(before) == []


def test_several_of_ours_stop_with_the_list_of_ours_alone(init: Init, ours: str, unified: Lab) -> None:
    second = application(unified, client_metadata={"managed_by": "mfa-setup"})
    theirs = application(unified)
    message = init().document["error"]["message"]
    assert ours in message
    assert second in message
    assert theirs not in message


@pytest.mark.parametrize("kind", ["regular_web", "native", "non_interactive"])
def test_one_that_is_no_single_page_application_is_refused(init: Init, unified: Lab, kind: str) -> None:
    theirs = application(unified, app_type=kind, token_endpoint_auth_method="client_secret_post")
    before = unified.mark()
    for arguments in ((), ("--app-client-id", theirs), ("--harden",)):
        result = init(*arguments)
        assert result.code == 7
        assert result.document["error"]["code"] == "application_not_spa"
        assert kind in result.document["error"]["message"]
    assert unified.writes(before) == []


def test_one_without_any_type_is_refused_in_words(init: Init, unified: Lab) -> None:
    unified.auth0("POST", "clients", {"name": NAME})
    result = init()
    assert result.code == 7
    assert "None" not in result.document["error"]["message"]


def test_ours_is_found_on_the_last_page_of_many(init: Init, unified: Lab) -> None:
    for index in range(101):
        application(unified, name=f"App {index}")
    mine = init().document["outputs"]["client_id"]
    again = init()
    assert again.document["outputs"]["client_id"] == mine
    assert again.document["changed"] is False


def test_the_connection_is_read_to_the_last_page(init: Init, unified: Lab) -> None:
    for index in range(101):
        set_connected(unified, application(unified, name=f"App {index}"), on=True)
    assert init().code == 0
    assert init().document["changed"] is False


# --- ours is updated -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", WEAK)
def test_a_security_setting_of_ours_is_mended_and_it_alone_is_named(
    init: Init, ours: str, unified: Lab, field: str
) -> None:
    right = client(unified, ours)
    unified.auth0("PATCH", f"clients/{ours}", {field: WEAK[field]})
    before = unified.mark()
    result = init()
    assert paths(result.change("application")) == [field]
    assert result.change("application")["action"] == "update"
    assert unified.writes(before) == [("PATCH", f"/api/v2/clients/{ours}")]
    updated = client(unified, ours)
    if field == "refresh_token":
        assert updated[field]["rotation_type"] == "rotating"
        assert updated[field]["expiration_type"] == "expiring"
    else:
        assert updated[field] == right[field]


@pytest.mark.parametrize("field", LISTS)
@pytest.mark.parametrize("left", [[], [OTHER]], ids=["emptied", "another put in its place"])
def test_a_url_of_ours_that_is_gone_comes_back_and_its_list_alone_is_named(
    init: Init, ours: str, unified: Lab, field: str, left: list[str]
) -> None:
    unified.auth0("PATCH", f"clients/{ours}", {field: left})
    result = init()
    (change,) = result.change("application")["fields"]
    assert change == {"path": field, "before": left, "after": [*left, URL], "sensitive": False}
    assert client(unified, ours)[field] == [*left, URL]


def test_the_connection_taken_away_by_hand_comes_back(init: Init, ours: str, unified: Lab) -> None:
    set_connected(unified, ours, on=False)
    before = unified.mark()
    assert paths(init().change("application")) == ["connection"]
    assert ours in unified.connected()
    ((method, path),) = unified.writes(before)
    assert method == "PATCH"
    assert path.endswith("/clients")


def test_lifetimes_of_tokens_are_the_tenants_own_business(init: Init, ours: str, unified: Lab) -> None:
    lifetimes = client(unified, ours)["refresh_token"] | {"leeway": 30, "token_lifetime": 86400}
    lifetimes["idle_token_lifetime"] = 3600
    unified.auth0("PATCH", f"clients/{ours}", {"refresh_token": lifetimes})
    assert init().document["changed"] is False
    unified.auth0("PATCH", f"clients/{ours}", {"refresh_token": lifetimes | {"rotation_type": "non-rotating"}})
    assert init().document["changed"] is True
    assert client(unified, ours)["refresh_token"] == lifetimes


def test_what_is_not_ours_in_it_stays(init: Init, ours: str, unified: Lab) -> None:
    unified.auth0("PATCH", f"clients/{ours}", {"description": "Ask Ann", "client_metadata": {"team": "web"}})
    unified.auth0("PATCH", f"clients/{ours}", {"callbacks": []})
    init()
    spa = client(unified, ours)
    assert spa["description"] == "Ask Ann"
    assert spa["client_metadata"].items() >= {"managed_by": "mfa-setup", "team": "web"}.items()


def test_grants_in_another_order_are_the_same(init: Init, ours: str, unified: Lab) -> None:
    unified.auth0("PATCH", f"clients/{ours}", {"grant_types": ["refresh_token", "authorization_code"]})
    assert init().document["changed"] is False


# --- somebody else's -----------------------------------------------------------------------------------------------


def test_somebody_elses_gets_the_missing_urls_and_the_connection_only(init: Init, unified: Lab) -> None:
    theirs = application(unified, callbacks=[OTHER])
    before = client(unified, theirs)
    result = init("--url", URL, "--connection", CONNECTION)
    assert result.code == 0
    assert paths(result.change("application")) == [*LISTS, "connection"]
    after = client(unified, theirs)
    assert after["callbacks"] == [OTHER, URL]
    assert after["allowed_logout_urls"] == after["web_origins"] == [URL]
    assert theirs in unified.connected()
    assert {key for key in after if after[key] != before.get(key)} == set(LISTS)


@pytest.mark.parametrize("by", ["name", "client ID"])
def test_defaults_change_nothing_of_an_application_that_somebody_else_made(init: Init, unified: Lab, by: str) -> None:
    theirs = application(unified, callbacks=[OTHER], web_origins=[OTHER])
    before = unified.tenant
    mark = unified.mark()
    result = init(*(("--app-client-id", theirs) if by == "client ID" else ()))
    assert (result.code, result.document["changed"]) == (0, False)
    assert result.document["outputs"]["client_id"] == theirs
    assert unified.writes(mark) == []
    assert unified.tenant == before
    assert theirs not in unified.connected()


def test_of_an_application_that_somebody_else_made_only_the_lists_that_were_given_are_changed(
    init: Init, unified: Lab
) -> None:
    theirs = application(unified, callbacks=[f"{OTHER}/callback"])
    result = init("--logout-url", f"{OTHER}/bye")
    assert paths(result.change("application")) == ["allowed_logout_urls"]
    assert client(unified, theirs)["callbacks"] == [f"{OTHER}/callback"]
    assert "web_origins" not in client(unified, theirs)


def test_prune_urls_without_urls_leaves_those_of_somebody_elses_alone(init: Init, unified: Lab) -> None:
    theirs = application(unified, callbacks=[OTHER])
    assert init("--prune-urls").document["changed"] is False
    assert client(unified, theirs)["callbacks"] == [OTHER]


def test_an_existing_application_needs_no_default_connection(init: Init, unified: Lab) -> None:
    found = unified.auth0("GET", f"connections?name={CONNECTION}&strategy=auth0")[0]["id"]
    unified.auth0("DELETE", f"connections/{found}")
    theirs = application(unified)
    result = init("--url", OTHER)
    assert result.code == 0, result.out
    assert client(unified, theirs)["callbacks"] == [OTHER]


def test_a_warning_names_its_weak_settings_and_no_others(init: Init, unified: Lab) -> None:
    application(unified, oidc_conformant=True, grant_types=["authorization_code", "refresh_token"])
    (warning,) = init().document["warnings"]
    assert warning["code"] == "application_not_hardened"
    assert "--harden" in warning["hint"]
    assert [name for name in WEAK if name in warning["message"]] == ["jwt_configuration", "refresh_token"]


def test_harden_sets_its_security_settings_and_nothing_else_of_it(init: Init, unified: Lab) -> None:
    theirs = application(unified, description="Shop", token_endpoint_auth_method="client_secret_post")
    init()
    result = init("--harden")
    assert result.code == 0
    assert warned(result) == []
    assert sorted(paths(result.change("application"))) == sorted(WEAK)
    spa = client(unified, theirs)
    assert spa["description"] == "Shop"
    assert spa["oidc_conformant"] is True
    assert spa["token_endpoint_auth_method"] == "none"
    assert spa["grant_types"] == ["authorization_code", "refresh_token"]
    assert spa["jwt_configuration"]["alg"] == "RS256"
    assert spa["refresh_token"]["rotation_type"] == "rotating"
    assert init().document["warnings"] == []


def test_taking_it_over_does_not_mark_it_as_ours(init: Init, unified: Lab) -> None:
    theirs = application(unified)
    init("--harden")
    assert not client(unified, theirs).get("client_metadata")


# --- URLs ----------------------------------------------------------------------------------------------------------


def test_urls_are_added_and_never_removed(init: Init, ours: str, unified: Lab) -> None:
    init("--url", OTHER)
    spa = client(unified, ours)
    assert spa["callbacks"] == spa["allowed_logout_urls"] == spa["web_origins"] == [URL, OTHER]


def test_ours_that_was_created_with_urls_and_a_connection_of_its_own_gets_no_defaults_later(
    init: Init, unified: Lab
) -> None:
    unified.auth0("POST", "connections", {"name": "staff", "strategy": "auth0"})
    mine = init("--url", OTHER, "--connection", "staff").document["outputs"]["client_id"]
    again = init()
    assert again.document["outputs"]["client_id"] == mine
    assert again.document["changed"] is False
    assert client(unified, mine)["callbacks"] == [OTHER]
    assert unified.connected() == set()


def test_ours_that_was_created_with_a_callback_of_its_own_has_the_other_defaults_restored(
    init: Init, unified: Lab
) -> None:
    mine = init("--callback-url", OTHER).document["outputs"]["client_id"]
    unified.auth0("PATCH", f"clients/{mine}", {"callbacks": [f"{OTHER}/new"], "web_origins": []})
    assert paths(init().change("application")) == ["web_origins"]
    assert client(unified, mine)["callbacks"] == [f"{OTHER}/new"]


@pytest.mark.usefixtures("ours")
def test_prune_urls_removes_those_that_were_not_asked_for(init: Init, unified: Lab) -> None:
    result = init("--url", OTHER, "--prune-urls")
    assert paths(result.change("application")) == LISTS
    (spa,) = unified.spas
    assert spa["callbacks"] == spa["allowed_logout_urls"] == spa["web_origins"] == [OTHER]
    assert init("--url", OTHER, "--prune-urls").document["changed"] is False


def test_the_three_lists_can_be_given_apart(init: Init, unified: Lab) -> None:
    init(
        "--callback-url", f"{OTHER}/callback",
        "--callback-url", f"{OTHER}/silent",
        "--logout-url", f"{OTHER}/bye",
        "--web-origin", OTHER,
    )  # fmt: skip
    (spa,) = unified.spas
    assert spa["callbacks"] == [f"{OTHER}/callback", f"{OTHER}/silent"]
    assert spa["allowed_logout_urls"] == [f"{OTHER}/bye"]
    assert spa["web_origins"] == [OTHER]


def test_a_list_that_is_not_given_apart_has_the_common_url(init: Init, unified: Lab) -> None:
    init("--callback-url", f"{OTHER}/callback", "--url", OTHER)
    (spa,) = unified.spas
    assert spa["callbacks"] == [f"{OTHER}/callback"]
    assert spa["allowed_logout_urls"] == spa["web_origins"] == [OTHER]


def test_the_web_origin_of_a_url_is_its_origin(init: Init, unified: Lab) -> None:
    init("--url", f"{OTHER}/app", "--url", f"{OTHER}/admin")
    (spa,) = unified.spas
    assert spa["callbacks"] == [f"{OTHER}/app", f"{OTHER}/admin"]
    assert spa["web_origins"] == [OTHER]


def test_the_origin_of_a_url_is_a_logout_url_as_well(init: Init, unified: Lab) -> None:
    init("--url", f"{OTHER}/callback")
    (spa,) = unified.spas
    assert spa["callbacks"] == [f"{OTHER}/callback"]
    assert spa["allowed_logout_urls"] == [f"{OTHER}/callback", OTHER]
    assert spa["web_origins"] == [OTHER]


@pytest.mark.parametrize(
    "url",
    [
        "https://preview-*.example.com/callback",
        "https://{organization_name}.example.com/callback",
        "https://my_app.example.com/callback",
        "https://münchen.example/callback",
    ],
)
def test_urls_that_auth0_takes_are_taken_as_they_are(init: Init, unified: Lab, url: str) -> None:
    result = init("--url", url)
    assert (result.code, warned(result)) == (0, []), result.out
    (spa,) = unified.spas
    origin = url.removesuffix("/callback")
    assert (spa["callbacks"], spa["allowed_logout_urls"], spa["web_origins"]) == ([url], [url, origin], [origin])
    assert init("--url", url).document["changed"] is False


def test_a_url_that_never_matches_is_warned_about_and_set(init: Init, unified: Lab) -> None:
    result = init("--callback-url", f"{OTHER}/*")
    assert (result.code, warned(result)) == (0, ["url_never_matches"]), result.out
    (warning,) = result.document["warnings"]
    assert f"{OTHER}/*" in warning["message"]
    assert "--callback-url" in warning["message"]
    assert unified.spas[0]["callbacks"] == [f"{OTHER}/*"]


def test_a_callback_counts_to_the_letter_and_an_origin_does_not(init: Init, ours: str, unified: Lab) -> None:
    unified.auth0("PATCH", f"clients/{ours}", {"callbacks": [f"{URL}/"], "web_origins": [f"{URL}/"]})
    assert paths(init().change("application")) == ["callbacks"]


# --- the connection ------------------------------------------------------------------------------------------------


def test_a_new_one_is_put_on_the_connection_beside_the_others(init: Init, unified: Lab) -> None:
    shop = application(unified, name="Shop")
    set_connected(unified, shop, on=True)
    mine = init().document["outputs"]["client_id"]
    assert unified.connected() == {shop, mine}


def test_a_tenant_that_connects_new_ones_by_itself_is_no_obstacle(init: Init, unified: Lab) -> None:
    unified.auth0("PATCH", "tenants/settings", {"flags": {"enable_client_connections": True}})
    result = init()
    assert result.code == 0
    assert result.document["outputs"]["client_id"] in unified.connected()
    assert init().document["changed"] is False


@pytest.mark.parametrize("on", [True, False])
def test_the_plan_says_that_a_new_one_gets_every_connection(init: Init, run: Run, unified: Lab, *, on: bool) -> None:
    unified.auth0("PATCH", "tenants/settings", {"flags": {"enable_client_connections": on}})
    expected = ["every_connection_enabled"] if on else []
    assert warned(run("plan", "--json", env=unified.env)) == expected
    assert warned(init()) == expected
    assert warned(init()) == []  # the application exists by now


def test_another_connection_can_be_named(init: Init, unified: Lab) -> None:
    made = unified.auth0("POST", "connections", {"name": "staff", "strategy": "auth0"})
    mine = init("--connection", "staff").document["outputs"]["client_id"]
    assert unified.auth0("GET", f"connections/{made['id']}/clients")["clients"] == [{"client_id": mine}]
    assert unified.connected() == set()


def test_a_connection_that_does_not_exist_stops_with_those_that_do(init: Init, unified: Lab) -> None:
    result = init("--connection", "nowhere")
    assert result.code == 3
    assert "Username-Password-Authentication" in result.document["error"]["hint"]
    assert unified.writes() == []


def test_a_tenant_without_any_database_connection_says_what_to_create(init: Init, run: Run, unified: Lab) -> None:
    found = unified.auth0("GET", f"connections?name={CONNECTION}&strategy=auth0")[0]["id"]
    unified.auth0("DELETE", f"connections/{found}")
    mark = unified.mark()
    result = init()
    assert (result.code, result.document["error"]["code"]) == (3, "not_found")
    hint = result.document["error"]["hint"]
    assert all(words in hint for words in ("Create the database connection", CONNECTION, "--no-app"))
    assert unified.writes(mark) == []
    assert run("plan", "--no-app", "--json", env=unified.env).code == 0


# --- the app's config file ------------------------------------------------------------------------------------------


def test_of_a_config_file_that_exists_each_value_that_changes_is_shown(
    init: Init, ours: str, unified: Lab, folder: Path
) -> None:
    file = folder / "auth_config.json"
    file.write_text('{"domain": "old.auth0.com", "clientId": "old", "audience": "{API_IDENTIFIER}"}', encoding="utf-8")
    fields = init("--write-config", str(file)).change("application")["fields"]
    assert {field["path"]: (field["before"], field["after"]) for field in fields} == {
        "config_file.domain": ("old.auth0.com", f"http://{unified.domain}"),
        "config_file.client_id": ("old", ours),
        "config_file.audience": ("{API_IDENTIFIER}", None),
    }


# --- lost answers --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("effect", ["reset", "status:502", "truncate"])
def test_an_application_made_by_a_request_without_an_answer_is_found(init: Init, unified: Lab, effect: str) -> None:
    unified.faults({"method": "POST", "path": "/api/v2/clients", "effect": effect, "applied": True})
    result = init()
    assert result.code == 0, result.out
    (spa,) = unified.spas
    assert result.document["outputs"]["client_id"] == spa["client_id"]
    assert spa["client_id"] in unified.connected()


@pytest.mark.parametrize("effect", ["reset", "status:502", "truncate"])
def test_a_creation_without_answer_or_effect_is_unknown_and_the_next_run_finishes(
    init: Init, unified: Lab, effect: str
) -> None:
    unified.faults({"method": "POST", "path": "/api/v2/clients", "effect": effect, "applied": False})
    result = init()
    assert result.code == 5
    assert result.document["error"]["code"] == "outcome_unknown"
    assert result.change("application")["status"] == "unknown"
    assert sum(write == ("POST", "/api/v2/clients") for write in unified.writes()) == 1
    assert init().code == 0
    assert len(unified.spas) == 1


def test_a_run_broken_off_before_the_connection_is_finished_by_the_next(init: Init, unified: Lab) -> None:
    unified.faults({"method": "PATCH", "path": "/api/v2/connections/*/clients", "effect": "status:400"})
    broken = init()
    assert broken.code == 1
    assert broken.change("application")["status"] == "failed"
    assert broken.document["changed"] is True
    assert broken.document["outputs"]["client_id"] == unified.spas[0]["client_id"]
    result = init()
    assert pending(result) == {"application": ["connection"]}
    assert actions(result) == {"application": "update"}
    assert len(unified.spas) == 1
