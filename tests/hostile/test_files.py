"""Files that are not what they seem: links, loose permissions, pipes and devices."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mfa_setup.store import safe_write
from mfa_setup.store.safe_write import LinkedError, replace_file
from support.lab import Lab, Result, Run
from support.scene import warned

Init = Callable[..., Result]


@pytest.fixture
def init(run: Run, unified: Lab) -> Init:
    """Runs `init`, as JSON."""
    return lambda *arguments: run("init", "--yes", "--json", *arguments, env=unified.env)


# --- links --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["real.json", "missing.json", "../outside.json", "loop.json"])
def test_a_link_as_the_config_file_is_refused_and_the_real_path_named(
    init: Init, unified: Lab, folder: Path, target: str
) -> None:
    (folder / "real.json").write_text("{}", encoding="utf-8")
    (folder.parent / "outside.json").write_text("{}", encoding="utf-8")
    (folder / "loop.json").symlink_to("a.json")
    (folder / "a.json").symlink_to(target)
    result = init("--write-config", "a.json")
    assert result.code == 3
    assert "symbolic link" in result.document["error"]["message"]
    if target != "loop.json":
        assert str((folder / target).resolve()) in result.document["error"]["hint"]
    assert (folder / "a.json").is_symlink()
    assert (folder.parent / "outside.json").read_text(encoding="utf-8") == "{}"
    assert unified.writes() == []


@pytest.mark.parametrize("way", ["--write-config", "--app-dir"])
def test_a_folder_that_leads_out_of_the_project_is_refused(init: Init, unified: Lab, folder: Path, way: str) -> None:
    outside = folder.parent / "outside"
    outside.mkdir()
    (outside / "auth_config.json").write_text("{}", encoding="utf-8")
    (folder / "app").mkdir()
    (folder / "app" / "src").symlink_to(outside)
    result = init(way, "app/src/auth_config.json" if way == "--write-config" else "app")
    assert result.code == 3
    assert "outside the project" in result.document["error"]["message"]
    assert (outside / "auth_config.json").read_text(encoding="utf-8") == "{}"
    assert unified.writes() == []


def test_a_linked_folder_within_the_project_and_one_named_outright_are_used(init: Init, folder: Path) -> None:
    (folder / "real").mkdir()
    (folder / "src").symlink_to("real")
    (folder.parent / "link").symlink_to(folder / "real")
    assert init("--write-config", "src/a.json").code == 0
    assert init("--write-config", str(folder.parent / "link" / "b.json")).code == 0
    assert init("--write-config", "../link/c.json").code == 0
    assert sorted(path.name for path in (folder / "real").iterdir()) == ["a.json", "b.json", "c.json"]


def test_a_file_swapped_for_a_link_after_the_check_is_not_written_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, path = tmp_path / "target.json", tmp_path / "a.json"
    target.write_text("mine", encoding="utf-8")
    honest = safe_write._open_real

    def swap(folder: Path) -> int | None:
        path.symlink_to(target)
        return honest(folder)

    monkeypatch.setattr(safe_write, "_open_real", swap)
    with pytest.raises(LinkedError):
        replace_file(path, "{}", root=tmp_path)
    assert target.read_text(encoding="utf-8") == "mine"


def test_a_folder_swapped_for_a_link_between_check_and_write_gets_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, outside = tmp_path / "project", tmp_path / "outside"
    (project / "src").mkdir(parents=True)
    outside.mkdir()
    honest = safe_write._open_real

    def swap(folder: Path) -> int | None:
        (project / "src").rmdir()
        (project / "src").symlink_to(outside)
        return honest(folder)

    monkeypatch.setattr(safe_write, "_open_real", swap)
    with pytest.raises(NotADirectoryError):
        replace_file(project / "src" / "a.json", "{}", root=project)
    assert list(outside.iterdir()) == []


def test_a_write_that_fails_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.json"
    path.write_text("old", encoding="utf-8")

    def fail(*_given: Any, **_named: Any) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(PermissionError):
        replace_file(path, "new")
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_permissions_of_the_config_file_are_kept(init: Init, folder: Path) -> None:
    path = folder / "a.json"
    path.write_text("{}", encoding="utf-8")
    path.chmod(0o640)
    assert init("--write-config", "a.json").code == 0
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("kind", ["pipe", "huge"])
def test_a_pipe_or_a_huge_file_as_the_config_file_is_refused(init: Init, unified: Lab, folder: Path, kind: str) -> None:
    path = folder / "a.json"
    if kind == "pipe":
        os.mkfifo(path)
    else:
        with path.open("wb") as file:
            file.truncate(10**9)
    result = init("--write-config", "a.json")
    assert (result.code, result.document["error"]["code"]) == (3, "config_unreadable")
    assert unified.writes() == []


# --- devices ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("option", ["--config", "--client-secret-file"])
def test_a_device_without_end_is_refused(init: Init, unified: Lab, option: str) -> None:
    assert init(option, "/dev/zero").code == 3
    assert unified.writes() == []


def test_a_settings_file_that_is_too_large_is_refused_and_not_cut(init: Init, folder: Path) -> None:
    (folder / "mfa-setup.toml").write_text("[number]\ncountry = 'US'\n" + "#" * 1_000_000, encoding="utf-8")
    assert init().document["error"]["code"] == "config_unreadable"


# --- permissions --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("mode", "tells"), [(0o600, False), (0o644, False), (0o646, True), (0o666, True)])
def test_a_settings_file_that_others_can_write_to_is_told(init: Init, folder: Path, mode: int, *, tells: bool) -> None:
    path = folder / "mfa-setup.toml"
    path.write_text("[number]\ncountry = 'US'\n", encoding="utf-8")
    path.chmod(mode)
    result = init()
    assert result.code == 0
    assert ("config_writable_by_others" in warned(result)) is tells


@pytest.mark.parametrize(("mode", "tells"), [(0o600, False), (0o400, False), (0o604, True), (0o644, True)])
def test_a_secret_file_that_others_can_read_is_told(
    init: Init, unified: Lab, tmp_path: Path, mode: int, *, tells: bool
) -> None:
    path = tmp_path / "secret"
    path.write_text(unified.env["AUTH0_CLIENT_SECRET"], encoding="utf-8")
    path.chmod(mode)
    result = init("--client-secret-file", str(path))
    assert result.code == 0
    assert ("secret_readable_by_others" in warned(result)) is tells


@pytest.mark.parametrize("kind", ["cache", "state"])
def test_a_file_of_ours_that_others_can_read_is_told_and_not_used(
    run: Run, unified: Lab, folder: Path, kind: str
) -> None:
    run("up", "--yes", env=unified.env)
    (path,) = (folder.parent / kind).glob("token-*.json")
    assert warned(run("plan", "--json", env=unified.env)) == []
    path.chmod(0o644)
    result = run("plan", "--json", env=unified.env)
    assert warned(result)[0] == "private_file_not_used"
    assert str(path) in result.document["warnings"][0]["message"]


def test_a_link_in_place_of_the_token_cache_is_not_used(run: Run, unified: Lab, folder: Path) -> None:
    run("init", "--yes", env=unified.env)
    (path,) = (folder.parent / "cache").glob("token-*.json")
    path.rename(folder / "elsewhere")
    path.symlink_to(folder / "elsewhere")
    mark = unified.mark()
    assert warned(run("plan", "--json", env=unified.env)) == ["private_file_not_used"]
    assert [entry["path"] for entry in unified.log(mark)].count("/oauth/token") == 1
    assert not path.is_symlink()
