"""The app's own config file: what is put in, what is kept, and when it is written at all."""

import json
import os
from pathlib import Path

import pytest

from mfa_setup import appconfig
from mfa_setup.appconfig import ConfigFile
from mfa_setup.errors import ConfigUnreadableError, InvalidValueError

DOMAIN, CLIENT_ID = "acme.eu.auth0.com", "abcdefghijklmnopqrstuvwxyz012345"
SAMPLE = '{\n  "domain": "{DOMAIN}",\n  "clientId": "{CLIENT_ID}",\n  "audience": "{API_IDENTIFIER}"\n}\n'
"""`src/auth_config.json.example` of the React sample."""


def put(path: Path, text: str) -> ConfigFile:
    """A config file that is there already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return ConfigFile(path, DOMAIN)


def written(path: Path, text: str) -> str:
    """What a file holds after it has been written."""
    put(path, text).write(CLIENT_ID)
    return path.read_bytes().decode()


def located(app_dir: Path | None, write_config: Path | None) -> ConfigFile:
    """The config file that the options name."""
    config = appconfig.locate(app_dir, write_config)
    assert config is not None
    return config


# --- the React sample and plain JSON ------------------------------------------------------------------------------


def test_a_new_file_holds_domain_and_client_id(tmp_path: Path) -> None:
    path = tmp_path / "auth_config.json"
    config = ConfigFile(path, DOMAIN)
    assert config.text is None
    assert not config.is_right(CLIENT_ID)
    config.write(CLIENT_ID)
    expected = f'{{\n  "domain": "{DOMAIN}",\n  "clientId": "{CLIENT_ID}"\n}}\n'
    assert path.read_text(encoding="utf-8") == expected
    assert path.stat().st_mode & 0o777 == 0o644


def test_placeholders_of_the_sample_are_filled_or_dropped(tmp_path: Path) -> None:
    document = json.loads(written(tmp_path / "src" / "auth_config.json", SAMPLE))
    assert document == {"domain": DOMAIN, "clientId": CLIENT_ID}


def test_a_real_audience_and_other_keys_are_kept_in_their_place(tmp_path: Path) -> None:
    text = '{"audience": "https://api.example.com", "domain": "old.auth0.com", "scope": ["a"], "clientId": "old"}'
    document = json.loads(written(tmp_path / "a.json", text))
    assert list(document) == ["audience", "domain", "scope", "clientId"]
    assert document == {
        "audience": "https://api.example.com",
        "domain": DOMAIN,
        "scope": ["a"],
        "clientId": CLIENT_ID,
    }


@pytest.mark.parametrize("indent", ["    ", "\t", "  "], ids=["four", "tab", "two"])
def test_the_indentation_is_kept(tmp_path: Path, indent: str) -> None:
    text = json.dumps({"domain": "old", "clientId": "old", "more": "ä"}, indent=indent, ensure_ascii=False)
    expected = json.dumps({"domain": DOMAIN, "clientId": CLIENT_ID, "more": "ä"}, indent=indent, ensure_ascii=False)
    assert written(tmp_path / "a.json", text) == expected


def test_an_empty_file_is_filled(tmp_path: Path) -> None:
    assert json.loads(written(tmp_path / "a.json", "")) == {"domain": DOMAIN, "clientId": CLIENT_ID}


def test_a_right_file_is_left_alone_whatever_its_layout(tmp_path: Path) -> None:
    text = f'{{"clientId":"{CLIENT_ID}",   "domain":"{DOMAIN}"}}'
    assert written(tmp_path / "a.json", text) == text


@pytest.mark.parametrize("text", ["{", "[]", '"text"', "5", "null", "domain=x"])
def test_a_file_that_is_no_json_object_is_refused_and_kept(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    config = put(path, text)
    with pytest.raises(ConfigUnreadableError, match="is not a JSON object"):
        config.write(CLIENT_ID)
    assert path.read_text(encoding="utf-8") == text


# --- Vite ---------------------------------------------------------------------------------------------------------


def test_a_new_env_file_holds_the_two_variables_of_vite(tmp_path: Path) -> None:
    path = tmp_path / ".env.local"
    ConfigFile(path, DOMAIN).write(CLIENT_ID)
    expected = f"VITE_AUTH0_DOMAIN={DOMAIN}\nVITE_AUTH0_CLIENT_ID={CLIENT_ID}\n"
    assert path.read_text(encoding="utf-8") == expected


def test_comments_and_other_lines_of_an_env_file_are_kept(tmp_path: Path) -> None:
    text = (
        "# of the team\n\nOTHER='a b'  # why\nVITE_AUTH0_DOMAIN=old.auth0.com\nexport PORT=3000\n"
        "VITE_AUTH0_AUDIENCE=https://api.example.com\nVITE_AUTH0_CLIENT_ID=old\nLAST=${OTHER}\n"
    )
    expected = text.replace("old.auth0.com", DOMAIN).replace("CLIENT_ID=old", f"CLIENT_ID={CLIENT_ID}")
    assert written(tmp_path / ".env.local", text) == expected


def test_a_placeholder_of_an_env_file_is_dropped(tmp_path: Path) -> None:
    text = "VITE_AUTH0_DOMAIN={DOMAIN}\nVITE_AUTH0_AUDIENCE={API_IDENTIFIER}\n"
    expected = f"VITE_AUTH0_DOMAIN={DOMAIN}\nVITE_AUTH0_CLIENT_ID={CLIENT_ID}\n"
    assert written(tmp_path / ".env.local", text) == expected


def test_an_env_file_without_a_last_line_end_is_added_to(tmp_path: Path) -> None:
    expected = f"OTHER=1\nVITE_AUTH0_DOMAIN={DOMAIN}\nVITE_AUTH0_CLIENT_ID={CLIENT_ID}\n"
    assert written(tmp_path / ".env", "OTHER=1") == expected


def test_a_right_env_file_is_left_alone_with_its_quotation_marks(tmp_path: Path) -> None:
    text = f"VITE_AUTH0_CLIENT_ID='{CLIENT_ID}'\nVITE_AUTH0_DOMAIN=\"{DOMAIN}\""
    assert written(tmp_path / ".env.local", text) == text


# --- writing ------------------------------------------------------------------------------------------------------


def test_what_is_right_already_is_not_written_again(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    ConfigFile(path, DOMAIN).write(CLIENT_ID)
    os.utime(path, ns=(1, 1))
    before = path.stat()
    again = ConfigFile(path, DOMAIN)
    assert again.is_right(CLIENT_ID)
    again.write(CLIENT_ID)
    after = path.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_the_permissions_of_a_file_are_kept(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "a.json"
    config = put(path, SAMPLE)
    path.chmod(mode)
    config.write(CLIENT_ID)
    assert path.stat().st_mode & 0o777 == mode


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = put(tmp_path / "a.json", SAMPLE)

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ConfigUnreadableError, match="cannot be written"):
        config.write(CLIENT_ID)
    assert [(path.name, path.read_text(encoding="utf-8")) for path in tmp_path.iterdir()] == [("a.json", SAMPLE)]


# --- where --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("base_url", "domain"),
    [
        ("https://acme.eu.auth0.com", DOMAIN),
        ("http://localhost:4400", "http://localhost:4400"),
        ("https://127.0.0.1:4400", "127.0.0.1:4400"),
        ("https://localhost:4400", "localhost:4400"),
        ("http://[::1]:4400", "http://[::1]:4400"),
        ("http://localhost", "http://localhost"),
    ],
)
def test_a_loopback_domain_is_written_with_its_scheme_unless_that_is_https(base_url: str, domain: str) -> None:
    assert ConfigFile(Path("a.json")).for_tenant(DOMAIN, base_url).domain == domain


def test_without_either_option_there_is_no_file() -> None:
    assert appconfig.locate(None, None) is None


@pytest.mark.parametrize(
    ("files", "found"),
    [
        (["src/auth_config.json.example"], "src/auth_config.json"),
        (["src/auth_config.json"], "src/auth_config.json"),
        (["vite.config.ts"], ".env.local"),
        (["vite.config.js", "src/main.js"], ".env.local"),
        ([".env.local"], ".env.local"),
        (["auth_config.json"], "auth_config.json"),
        (["auth_config.json.example"], "auth_config.json"),
        (["src/auth_config.json.example", "vite.config.ts"], "src/auth_config.json"),
    ],
    ids=str,
)
def test_the_file_of_an_app_is_the_one_that_it_reads(tmp_path: Path, files: list[str], found: str) -> None:
    for name in files:
        put(tmp_path / name, "")
    assert located(tmp_path, None).path == tmp_path / found


def test_an_app_of_no_known_kind_is_refused(tmp_path: Path) -> None:
    put(tmp_path / "index.html", "")
    with pytest.raises(InvalidValueError) as refused:
        appconfig.locate(tmp_path, None)
    assert "--write-config PATH" in refused.value.hint


@pytest.mark.parametrize("name", ["auth_config.json", ".env", ".env.local", ".env.production.local"])
def test_write_config_names_the_file_itself(tmp_path: Path, name: str) -> None:
    assert located(None, tmp_path / name).path == tmp_path / name


@pytest.mark.parametrize("name", ["missing/a.json", "a.yaml", "auth_config", "folder.json", f"{'a' * 300}.json"])
def test_a_path_that_cannot_be_a_config_file_is_refused_before_anything_is_written(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(InvalidValueError) as refused:
        appconfig.locate(None, tmp_path / name)
    assert refused.value.hint
    assert [path.name for path in tmp_path.iterdir()] == ["folder.json"]


def test_a_folder_that_may_not_be_written_to_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda _path, _mode: False)
    with pytest.raises(InvalidValueError, match="cannot be written to"):
        appconfig.locate(None, tmp_path / "a.json")
