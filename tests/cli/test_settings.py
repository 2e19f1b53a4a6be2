"""Settings as a user meets them: from a parent folder, from variables, negated, and belonging to one run."""

import json
import os
from pathlib import Path

import pytest

from support.lab import Lab, Run


@pytest.fixture
def project(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository, and a working folder below its root."""
    (folder / ".git").mkdir()
    (folder / "web" / "src").mkdir(parents=True)
    monkeypatch.chdir(folder / "web" / "src")
    return folder


def put(folder: Path, text: str) -> Path:
    """A settings file."""
    path = folder / "mfa-setup.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o644)
    return path


# --- the file of a parent folder ----------------------------------------------------------------------------------


def test_the_file_of_a_parent_folder_is_used_and_its_paths_count_from_there(
    run: Run, unified: Lab, project: Path
) -> None:
    put(project, '[application]\nname = "Acme"\nwrite_config = "web/auth_config.json"')
    result = run("init", "--yes", "--json", env=unified.env)
    assert result.code == 0
    assert [spa["name"] for spa in unified.spas] == ["Acme"]
    written = project / "web" / "auth_config.json"
    assert json.loads(written.read_text(encoding="utf-8"))["clientId"] == unified.spas[0]["client_id"]
    assert result.document["outputs"]["config_file"] == str(written)


def test_app_dir_of_the_file_counts_from_its_folder_too(run: Run, unified: Lab, project: Path) -> None:
    put(project, '[application]\napp_dir = "web"')
    (project / "web" / "src" / "auth_config.json.example").write_text("{}", encoding="utf-8")
    assert run("init", "--yes", "--json", env=unified.env).code == 0
    assert (project / "web" / "src" / "auth_config.json").is_file()


def test_a_relative_path_of_a_parents_file_leads_through_no_link_out_of_its_folder(
    run: Run, unified: Lab, project: Path, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (project / "out").symlink_to(tmp_path / "elsewhere")
    put(project, '[application]\nwrite_config = "out/auth_config.json"')
    result = run("init", "--yes", "--json", env=unified.env)
    assert (result.code, result.document["error"]["code"]) == (3, "invalid_value")
    assert "symbolic link" in result.document["error"]["message"]
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert unified.spas == []


def test_a_path_on_the_command_line_counts_from_the_working_folder(run: Run, unified: Lab, project: Path) -> None:
    put(project, '[application]\nname = "Acme"')
    assert run("init", "--yes", "--write-config", "a.json", env=unified.env).code == 0
    assert (project / "web" / "src" / "a.json").is_file()


def test_a_file_that_others_may_have_put_into_a_parent_folder_is_refused_until_it_is_named(
    run: Run, unified: Lab, project: Path
) -> None:
    path = put(project, '[application]\nname = "Acme"')
    path.chmod(0o666)
    result = run("init", "--yes", "--json", env=unified.env)
    assert (result.code, result.document["error"]["code"]) == (3, "config_unreadable")
    assert f"pass --config {path} to use it" in result.document["error"]["hint"]
    assert unified.spas == []
    assert run("init", "--yes", "--config", str(path), env=unified.env).code == 0


def test_outside_of_a_repository_and_of_the_home_folder_no_parent_is_searched(
    run: Run, unified: Lab, project: Path
) -> None:
    (project / ".git").rmdir()
    put(project, '[application]\nname = "Acme"')
    home = str(project / "somewhere")
    assert run("init", "--yes", env={**unified.env, "HOME": home}).code == 0
    assert [spa["name"] for spa in unified.spas] == ["Twilio MFA Test"]
    assert run("init", "--yes", env={**unified.env, "HOME": str(project)}).code == 0
    assert [spa["name"] for spa in unified.spas] == ["Twilio MFA Test", "Acme"]


def test_in_a_working_folder_that_is_gone_no_file_is_looked_for(
    run: Run, unified: Lab, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = folder / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert run("plan", "--json", env=unified.env).code == 0
    monkeypatch.chdir(folder)


def test_without_a_home_folder_only_the_working_folder_is_searched(
    run: Run, unified: Lab, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown() -> Path:
        raise RuntimeError

    put(folder, '[application]\nname = "Acme"')
    monkeypatch.setattr(Path, "home", staticmethod(unknown))
    assert run("init", "--yes", env=unified.env).code == 0
    assert [spa["name"] for spa in unified.spas] == ["Acme"]


# --- variables and opposites --------------------------------------------------------------------------------------


def test_variables_set_what_options_do_and_options_override_them(run: Run, unified: Lab) -> None:
    env = {
        **unified.env,
        "MFA_SETUP_NAME": "Acme",
        "MFA_SETUP_URLS": "https://a.example.com, https://b.example.com",
        "MFA_SETUP_CONNECTION": "Nope",
    }
    assert run("init", "--yes", "--connection", "Username-Password-Authentication", env=env).code == 0
    (spa,) = unified.spas
    assert (spa["name"], spa["callbacks"]) == ("Acme", ["https://a.example.com", "https://b.example.com"])


def test_a_misspelled_variable_is_a_warning(run: Run, unified: Lab) -> None:
    result = run("plan", "--json", env={**unified.env, "MFA_SETUP_POLCY": "never"})
    warning = next(item for item in result.document["warnings"] if item["code"] == "unknown_variable")
    assert "MFA_SETUP_POLCY" in warning["message"]
    assert warning["hint"] == "Did you mean MFA_SETUP_POLICY?"
    assert result.document["changes"][-1]["fields"][0]["after"] == ["all-applications"]


def test_the_opposite_of_a_boolean_overrides_the_file_and_the_environment(run: Run, unified: Lab, folder: Path) -> None:
    put(folder, "[application]\nno_app = true")
    planned = run("plan", "--json", "--app", env=unified.env).document["changes"]
    assert planned[0]["resource"] == "application"
    assert run("plan", "--json", env=unified.env).document["changes"][0]["resource"] == "number"
    environment = {**unified.env, "MFA_SETUP_NO_APP": "0"}
    assert run("plan", "--json", env=environment).document["changes"][0]["resource"] == "application"


def test_urls_stay_where_pruning_is_switched_off_for_one_run(run: Run, unified: Lab, folder: Path) -> None:
    put(folder, '[application]\nurls = ["http://localhost:3000"]\nprune_urls = true')
    run("init", "--yes", "--url", "http://localhost:3000", "--url", "http://localhost:3001", env=unified.env)
    assert run("init", "--yes", "--no-prune-urls", env=unified.env).code == 0
    assert len(unified.spas[0]["callbacks"]) == 2
    assert run("init", "--yes", env=unified.env).code == 0
    assert unified.spas[0]["callbacks"] == ["http://localhost:3000"]


# --- what belongs to one run --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("section", "key", "arguments"),
    [("sms", "resend_token", ()), ("number", "buy", ("--from", "+14155550123")), ("sms", "replace_provider", ())],
)
def test_a_file_cannot_ask_for_an_action_of_one_run(
    run: Run, unified: Lab, folder: Path, section: str, key: str, arguments: tuple[str, ...]
) -> None:
    put(folder, f"[{section}]\n{key} = true")
    result = run("plan", "--check", "--json", *arguments, env=unified.env)
    error = result.document["error"]
    assert (result.code, error["code"]) == (3, "invalid_value")
    assert "can only be set for a single run" in error["message"]
    assert f"--{key.replace('_', '-')}" in error["hint"]
    assert "contradict" not in error["message"]


@pytest.mark.parametrize("variable", ["MFA_SETUP_RESEND_TOKEN", "MFA_SETUP_BUY", "MFA_SETUP_REPLACE_PROVIDER"])
def test_a_variable_cannot_either_so_that_a_check_comes_to_rest(run: Run, unified: Lab, variable: str) -> None:
    env = {**unified.env, variable: "true"}
    assert run("up", "--yes", env=env).code == 0
    result = run("plan", "--check", "--json", env=env)
    assert result.code == 0
    assert "unknown_variable" in [warning["code"] for warning in result.document["warnings"]]


# --- where secrets go ---------------------------------------------------------------------------------------------


def test_a_domain_of_the_file_alone_gets_no_secret_and_none_is_asked_for(
    run: Run, unified: Lab, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mfa_setup.cli.prompter.Prompter.secret", lambda *_: pytest.fail("asked for a secret"))
    monkeypatch.setattr("mfa_setup.cli.prompter.Prompter.text", lambda *_: pytest.fail("asked for a value"))
    put(folder, f'[auth0]\ndomain = "{unified.domain}"')
    env: dict[str, str | None] = {**unified.env, "MFA_SETUP_SANDBOX": None, "AUTH0_DOMAIN": None}
    env["AUTH0_CLIENT_SECRET"] = None
    mark = unified.mark()
    result = run("init", "--yes", "--json", env=env)
    assert (result.code, result.document["error"]["code"]) == (3, "invalid_value")
    assert "--domain" in result.document["error"]["hint"]
    assert unified.log(mark) == []


def test_a_sandbox_that_the_file_names_needs_no_confirmation(run: Run, unified: Lab, folder: Path) -> None:
    put(folder, f'[auth0]\ndomain = "{unified.domain}"')
    assert run("init", "--yes", env={**unified.env, "AUTH0_DOMAIN": None}).code == 0
    assert os.environ.get("AUTH0_DOMAIN") is None


def test_every_plan_names_the_settings_file_and_the_variables_in_force(run: Run, unified: Lab, project: Path) -> None:
    nothing = run("plan", "--json", env=unified.env).document["settings"]
    assert nothing == {"file": None, "variables": [], "profile": None}
    assert ", no settings file" in run("plan", env=unified.env).out
    path = put(project, '[application]\nname = "Acme"')
    env = {**unified.env, "MFA_SETUP_COUNTRY": "CA", "MFA_SETUP_NAME": "Other"}
    found = run("plan", "--json", "--name", "Third", env=env).document["settings"]
    assert found == {"file": str(path), "variables": ["MFA_SETUP_COUNTRY"], "profile": None}
    assert f"settings from {path}, MFA_SETUP_COUNTRY" in run("plan", "--name", "Third", env=env).out
    assert run("status", "--json", env=unified.env).document["settings"]["file"] == str(path)
