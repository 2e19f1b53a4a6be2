"""The app's config file: which application it means, which domain stays in it, what a plan and an undo do with it."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.lab import Lab, Result, Run
from support.scene import warned

Init = Callable[..., Result]
SCOPES = [
    *("read:tenant_settings", "read:clients", "read:connections"),
    *("create:clients", "update:clients", "update:connections"),
]
VITE = "VITE_AUTH0_DOMAIN={}\nVITE_AUTH0_CLIENT_ID={}\n"


@pytest.fixture
def init(run: Run, unified: Lab) -> Init:
    """Runs `init` for the app in the folder `app`."""
    return lambda *more: run("init", "--yes", "--json", "--app-dir", "app", *more, env=unified.env)


@pytest.fixture
def app(folder: Path) -> Path:
    """The folder of a Vite app."""
    path = folder / "app"
    path.mkdir()
    (path / "vite.config.js").touch()
    return path


def made(lab: Lab, name: str, **fields: Any) -> str:
    """The client ID of an application that somebody else made."""
    return str(lab.auth0("POST", "clients", {"name": name, "app_type": "spa", **fields})["client_id"])


def names(lab: Lab) -> list[str]:
    """The names of the tenant's single-page applications."""
    return [client["name"] for client in lab.tenant["clients"] if client.get("app_type") == "spa"]


def env_file(app: Path, domain: str, client_id: str) -> Path:
    """The app's `.env.local` with two values."""
    path = app / ".env.local"
    path.write_text(VITE.format(domain, client_id), encoding="utf-8")
    return path


# --- what the file says counts -------------------------------------------------------------------------------------


def test_the_application_whose_client_id_the_file_has_is_the_one_meant(init: Init, unified: Lab, app: Path) -> None:
    client_id = made(unified, "Portal")
    path = env_file(app, "old.auth0.com", client_id)
    result = init()
    assert result.code == 0, result.out
    assert result.document["outputs"]["client_id"] == client_id
    assert names(unified) == ["Portal"]
    assert path.read_text(encoding="utf-8") == VITE.format(f"http://{unified.domain}", client_id)


def test_a_name_that_says_otherwise_is_asked_about(init: Init, unified: Lab, app: Path) -> None:
    client_id, other = made(unified, "Portal"), made(unified, "Shop")
    path = env_file(app, "old.auth0.com", client_id)
    before = path.read_text(encoding="utf-8")
    error = init("--name", "Shop").document["error"]
    assert error["code"] == "choice_needed"
    assert "Portal" in error["message"]
    assert f"--app-client-id {client_id}" in error["hint"]
    assert path.read_text(encoding="utf-8") == before
    assert init("--name", "Portal").document["outputs"]["client_id"] == client_id
    assert init("--name", "Shop", "--app-client-id", other).document["outputs"]["client_id"] == other
    assert other in path.read_text(encoding="utf-8")


def test_what_the_file_below_says_counts_where_there_is_none_yet(init: Init, unified: Lab, app: Path) -> None:
    client_id = made(unified, "Portal")
    below = app / ".env"
    below.write_text(VITE.format("login.example.com", client_id), encoding="utf-8")
    result = init()
    assert (result.code, result.document["outputs"]["client_id"]) == (0, client_id)
    assert names(unified) == ["Portal"]
    assert (app / ".env.local").read_text(encoding="utf-8") == below.read_text(encoding="utf-8")


@pytest.mark.parametrize("there", ["", "{CLIENT_ID}", "abcdefghijklmnopqrstuvwxyz012345"])
def test_a_client_id_of_no_application_here_means_none(init: Init, unified: Lab, app: Path, there: str) -> None:
    path = env_file(app, "old.auth0.com", there)
    made_now = init().document["outputs"]["client_id"]
    assert path.read_text(encoding="utf-8") == VITE.format(f"http://{unified.domain}", made_now)


def test_an_application_of_another_type_in_the_file_is_refused(init: Init, unified: Lab, app: Path) -> None:
    path = env_file(app, "old", made(unified, "Web", app_type="regular_web"))
    before = path.read_text(encoding="utf-8")
    assert init().document["error"]["code"] == "application_not_spa"
    assert path.read_text(encoding="utf-8") == before
    assert names(unified) == []


def test_a_custom_domain_beside_our_client_id_stays(init: Init, unified: Lab, app: Path) -> None:
    client_id = made(unified, "Portal")
    unified.auth0("POST", "custom-domains", {"domain": "login.example.com", "type": "auth0_managed_certs"})
    path = env_file(app, "login.example.com", client_id)
    result = init()
    assert (result.code, result.document["outputs"]["client_id"]) == (0, client_id)
    assert "custom_domain_unlisted" not in warned(result)
    assert path.read_text(encoding="utf-8") == VITE.format("login.example.com", client_id)


def test_a_domain_that_the_tenant_does_not_have_stays_with_a_warning(init: Init, unified: Lab, app: Path) -> None:
    path = env_file(app, "login.example.com", made(unified, "Portal"))
    before = path.read_text(encoding="utf-8")
    assert "custom_domain_unlisted" in warned(init())
    assert path.read_text(encoding="utf-8") == before


def test_a_custom_domain_that_does_not_stay_is_not_warned_about(init: Init, unified: Lab, app: Path) -> None:
    path, other = env_file(app, "login.example.com", made(unified, "Portal")), made(unified, "Shop")
    result = init("--app-client-id", other)
    assert result.code == 0, result.out
    assert "custom_domain_unlisted" not in warned(result)
    assert path.read_text(encoding="utf-8") == VITE.format(f"http://{unified.domain}", other)


def test_where_custom_domains_cannot_be_read_there_is_no_warning(init: Init, unified: Lab, app: Path) -> None:
    unified.grant(SCOPES)
    path = env_file(app, "login.example.com", made(unified, "Portal"))
    before = path.read_text(encoding="utf-8")
    result = init()
    assert result.code == 0
    assert "custom_domain_unlisted" not in warned(result)
    assert path.read_text(encoding="utf-8") == before


def test_a_domain_beside_another_client_id_is_replaced_and_the_plan_shows_it(run: Run, unified: Lab, app: Path) -> None:
    path = env_file(app, "login.example.com", "OLD")
    mark = unified.mark()
    plan = run("plan", "--app-dir", "app", "--json", env=unified.env)
    fields = {field["path"]: (field["before"], field["after"]) for field in plan.change("application")["fields"]}
    assert fields["config_file.domain"] == ("login.example.com", f"http://{unified.domain}")
    assert fields["config_file.client_id"][0] == "OLD"
    assert "config_file" not in fields
    assert plan.document["outputs"]["config_file"] == "app/.env.local"
    shown = run("plan", "--app-dir", "app", env=unified.env).out
    assert f"update app/.env.local (domain login.example.com -> http://{unified.domain})" in shown
    assert unified.writes(mark) == []
    assert "login.example.com" in path.read_text(encoding="utf-8")


def test_custom_domains_are_read_only_where_it_matters(init: Init, unified: Lab, app: Path) -> None:
    env_file(app, f"http://{unified.domain}", made(unified, "Portal"))
    assert init().code == 0
    assert not any("custom-domains" in entry["path"] for entry in unified.log())


# --- how it is written -----------------------------------------------------------------------------------------------


SHAPES = [
    ("auth_config.json", '{"domain": "old", "client_id": "OLD"}'),
    (
        "auth_config.json",
        '\ufeff{\r\n  // ours\r\n  "auth0": {"domain": "o", "clientId": "O", "a": "{A}",},\r\n}\r\n',
    ),
    ("auth_config.json", '{"domain": "o", "clientId": "O", "domain": "p", "n": 1.50}'),
    (".env.local", "SECRET_KEY=hush-hush\r\nVITE_AUTH0_DOMAIN='o' # where\r\nVITE_AUTH0_CLIENTID=O\r\n"),
    (".env.local", "VITE_AUTH0_AUDIENCE={API} # later\nVITE_AUTH0_DOMAIN=o"),
]


@pytest.mark.parametrize(("name", "text"), SHAPES)
def test_undo_gives_back_every_byte(run: Run, unified: Lab, app: Path, name: str, text: str) -> None:
    path = app / name
    path.write_bytes(text.encode())
    result = run("init", "--yes", "--json", "--app-dir", app.name, env=unified.env)
    assert result.code == 0, result.out
    client_id = result.document["outputs"]["client_id"]
    assert path.read_text(encoding="utf-8").count(client_id) == 1
    assert "OLD" not in path.read_text(encoding="utf-8")
    (journal,) = Path(os.environ["MFA_SETUP_STATE_DIR"]).glob("journal-*")
    assert not {"hush", "ours", "later", "1.50"} & {*journal.read_text(encoding="utf-8").replace('"', " ").split()}
    assert run("undo", "--yes", "--json", env=unified.env).code == 0
    assert path.read_bytes() == text.encode()


def test_undo_of_a_file_that_was_changed_since_takes_back_the_values_alone(
    run: Run, init: Init, unified: Lab, app: Path
) -> None:
    path = app / "auth_config.json"
    path.write_text('{"domain": "old.auth0.com", "client_id": "OLD"}', encoding="utf-8")
    assert init().code == 0
    path.write_text(path.read_text(encoding="utf-8")[:-1] + ', "more": 1}', encoding="utf-8")
    assert run("undo", "--yes", "--json", env=unified.env).code == 0
    assert path.read_text(encoding="utf-8") == '{"domain": "old.auth0.com", "client_id": "OLD", "more": 1}'


def test_undo_of_a_file_that_was_changed_before_a_dropped_placeholder_breaks_nothing(
    run: Run, init: Init, unified: Lab, app: Path
) -> None:
    path = app / "auth_config.json"
    path.write_text('{"domain": "a", "clientId": "b", "note": "x", "audience": "{API}"}', encoding="utf-8")
    assert init().code == 0
    path.write_text(path.read_text(encoding="utf-8").replace('"x"', '"a longer note"'), encoding="utf-8")
    assert run("undo", "--yes", "--json", env=unified.env).code == 0
    assert path.read_text(encoding="utf-8") == '{"domain": "a", "clientId": "b", "note": "a longer note"}'


def test_a_file_made_from_a_template_keeps_its_keys_and_goes_with_an_undo(
    run: Run, init: Init, unified: Lab, app: Path
) -> None:
    template = app / "auth_config.json.example"
    template.write_text(
        '{\n  "domain": "{D}",\n  "clientId": "{C}",\n  "authorizationParams": {\n    "audience": "{API_IDENTIFIER}"\n'
        '  },\n  "apiUri": "http://localhost:3001"\n}\n',
        encoding="utf-8",
    )
    result = init()
    assert result.code == 0, result.out
    assert json.loads((app / "auth_config.json").read_text(encoding="utf-8")) == {
        "domain": f"http://{unified.domain}",
        "clientId": result.document["outputs"]["client_id"],
        "authorizationParams": {},
        "apiUri": "http://localhost:3001",
    }
    assert not (app / ".env.local").exists()
    assert run("undo", "--yes", "--json", env=unified.env).code == 0
    assert [path.name for path in app.iterdir() if path.suffix != ".js"] == [template.name]


def test_a_file_of_something_else_is_written_with_its_name_and_yes_alone(run: Run, unified: Lab, folder: Path) -> None:
    path = folder / "keycloak.json"
    path.write_text('{"url": "https://sso.example.com", "realm": "acme", "clientId": "portal"}', encoding="utf-8")
    refused = run("init", "--json", "--write-config", path.name, env=unified.env)
    assert (refused.code, refused.document["error"]["code"]) == (3, "invalid_value")
    assert names(unified) == []
    assert run("init", "--yes", "--json", "--write-config", path.name, env=unified.env).code == 0
    held = json.loads(path.read_text(encoding="utf-8"))
    assert (held["realm"], held["domain"]) == ("acme", f"http://{unified.domain}")


def test_an_app_that_logs_in_on_the_server_is_told_so_and_nothing_is_created(
    init: Init, unified: Lab, app: Path
) -> None:
    (app / "package.json").write_text('{"dependencies": {"@auth0/nextjs-auth0": "4"}}', encoding="utf-8")
    result = init()
    assert (result.code, result.document["error"]["code"]) == (3, "invalid_value")
    assert "Regular Web Application" in result.document["error"]["message"]
    assert unified.log() == []
    assert [path.name for path in app.iterdir()] != [".env.local"]


# --- what outranks it, and where the app is --------------------------------------------------------------------------


def test_what_the_app_reads_before_the_file_is_warned_about(
    init: Init, app: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (app / ".env.development").write_text("VITE_AUTH0_DOMAIN=stage.example.com\n", encoding="utf-8")
    monkeypatch.setenv("VITE_AUTH0_CLIENT_ID", "another")
    result = init()
    told = [item["message"] for item in result.document["warnings"] if item["code"] == "config_outranked"]
    assert [message.partition(" ")[0] for message in told] == ["VITE_AUTH0_DOMAIN", "VITE_AUTH0_CLIENT_ID"]
    assert "stage.example.com" not in result.out


def test_the_same_value_elsewhere_is_none_to_warn_about(init: Init, unified: Lab, app: Path) -> None:
    (app / ".env.development").write_text(f"VITE_AUTH0_DOMAIN=http://{unified.domain}\n", encoding="utf-8")
    assert "config_outranked" not in warned(init())


@pytest.mark.parametrize(
    ("more", "url"), [((), "http://localhost:5173"), (("--url", "https://a.example"), "https://a.example")]
)
def test_the_default_url_is_the_apps_own(init: Init, unified: Lab, app: Path, more: tuple[str, ...], url: str) -> None:
    result = init(*more)
    (client,) = (client for client in unified.tenant["clients"] if client.get("app_type") == "spa")
    assert (client["callbacks"], client["web_origins"], client["allowed_logout_urls"]) == ([url], [url], [url])
    assert result.document["outputs"]["url"] == url
    assert app.exists()


def test_up_prints_the_url_that_it_registered(run: Run, unified: Lab, app: Path) -> None:
    result = run("init", "--yes", "--app-dir", app.name, env=unified.env)
    assert "http://localhost:5173" in result.out


def test_an_application_that_exists_keeps_its_urls(init: Init, unified: Lab, app: Path) -> None:
    env_file(app, "old", made(unified, "Portal", callbacks=["https://portal.example.com"]))
    result = init()
    assert result.document["outputs"]["url"] == "https://portal.example.com"
    (client,) = (client for client in unified.tenant["clients"] if client.get("app_type") == "spa")
    assert client["callbacks"] == ["https://portal.example.com"]
