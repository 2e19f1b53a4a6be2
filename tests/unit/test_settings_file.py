"""mfa-setup.toml: where it is looked for, whose file is taken, and what it may hold."""

import os
from pathlib import Path
from typing import Any

import pytest

from mfa_setup.errors import ConfigUnreadableError, InvalidValueError, SecretInConfigError, UnknownKeyError
from mfa_setup.settings.schema import SETTINGS
from mfa_setup.settings.settings_file import find_file, read_file


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with folders below it."""
    (tmp_path / "project" / "app" / "src").mkdir(parents=True)
    return tmp_path / "project"


def put(folder: Path, text: str = "", mode: int = 0o644) -> Path:
    """A settings file in a folder."""
    path = folder / "mfa-setup.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


# --- the search ---------------------------------------------------------------------------------------------------


def test_without_a_file_none_is_found(project: Path) -> None:
    assert find_file(project, project) is None


def test_in_a_repository_the_parents_up_to_its_root_are_searched(project: Path) -> None:
    (project / ".git").mkdir()
    beyond = put(project.parent)
    assert find_file(project / "app" / "src", None) is None
    top = put(project)
    assert find_file(project / "app" / "src", None) == top
    near = put(project / "app")
    assert find_file(project / "app" / "src", None) == near
    assert find_file(project.parent, None) == beyond


def test_a_worktree_whose_git_is_a_file_is_a_repository_too(project: Path) -> None:
    (project / ".git").write_text("gitdir: elsewhere", encoding="utf-8")
    top = put(project)
    assert find_file(project / "app", None) == top


def test_below_the_home_folder_the_parents_up_to_it_are_searched(project: Path) -> None:
    put(project.parent)
    assert find_file(project / "app" / "src", project) is None
    top = put(project)
    assert find_file(project / "app" / "src", project) == top


def test_the_search_ends_at_a_repository_below_the_home_folder(project: Path) -> None:
    put(project)
    (project / "app" / ".git").mkdir()
    assert find_file(project / "app" / "src", project) is None


@pytest.mark.parametrize("home", [None, Path("/nowhere/at/all")])
def test_outside_of_both_only_the_folder_itself_is_searched(project: Path, home: Path | None) -> None:
    put(project)
    assert find_file(project / "app", home) is None
    own = put(project / "app")
    assert find_file(project / "app", home) == own


def test_the_root_of_the_disk_is_no_home_folder(project: Path) -> None:
    root = Path(project.anchor)
    put(project)
    assert find_file(project / "app", root) is None


def test_a_link_that_leads_nowhere_is_a_file_that_cannot_be_read(project: Path) -> None:
    (project / "mfa-setup.toml").symlink_to("nowhere")
    assert find_file(project, None) == project / "mfa-setup.toml"


def test_below_a_folder_that_cannot_be_entered_nothing_is_found(project: Path) -> None:
    (project / ".git").mkdir()
    assert find_file(project / "gone" / "too", None) is None


# --- whose file ---------------------------------------------------------------------------------------------------


def as_somebody_else(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes a file that of another user than the one who runs the tool, who is not root."""
    if os.getuid() == 0:
        os.chown(path, 4711, -1, follow_symlinks=False)
    monkeypatch.setattr(os, "getuid", lambda: 4712)


def refused(folder: Path, home: Path) -> ConfigUnreadableError:
    with pytest.raises(ConfigUnreadableError) as caught:
        find_file(folder, home)
    assert "--config" in caught.value.hint
    assert caught.value.exit_code == 3
    return caught.value


def test_a_file_of_another_user_in_a_parent_folder_is_refused(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(project)
    as_somebody_else(path, monkeypatch)
    assert str(path) in refused(project / "app", project).message
    assert find_file(project, project) == path  # in the working folder it is the user's choice


def test_a_link_of_another_user_in_a_parent_folder_is_refused(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = put(project / "app" / "src")
    link = project / "mfa-setup.toml"
    link.symlink_to(elsewhere)
    if os.getuid() == 0:
        os.chown(elsewhere, 4712, -1)
    as_somebody_else(link, monkeypatch)
    refused(project / "app", project)


@pytest.mark.parametrize(("mode", "taken"), [(0o600, True), (0o644, True), (0o664, True), (0o646, False)])
def test_a_file_that_everyone_may_write_is_refused_in_a_parent_folder_alone(
    project: Path, mode: int, *, taken: bool
) -> None:
    path = put(project, mode=mode)
    assert find_file(project, project) == path
    if taken:
        assert find_file(project / "app", project) == path
    else:
        refused(project / "app", project)


def test_a_file_of_root_is_taken(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(project)
    if os.getuid() != 0:
        pytest.skip("needs root, to give a file to root")
    monkeypatch.setattr(os, "getuid", lambda: 4712)
    assert find_file(project / "app", project) == path


def test_a_system_without_user_ids_has_no_strangers(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(project, mode=0o666)
    monkeypatch.delattr(os, "getuid")
    assert find_file(project / "app", project) == path


# --- what it holds ------------------------------------------------------------------------------------------------


def read(folder: Path, text: str) -> dict[str, Any]:
    return read_file(put(folder, text))


def test_every_setting_but_those_of_one_run_can_stand_in_the_file(project: Path) -> None:
    for setting in SETTINGS:
        text = f"[{setting.section}]\n{setting.key} = 1"
        if setting.one_shot:
            with pytest.raises(InvalidValueError) as caught:
                read(project, text)
            assert (
                f"`{setting.key}` in [{setting.section}], which can only be set for a single run"
                in caught.value.message
            )
            assert f"pass {setting.flag} " in caught.value.hint
            assert caught.value.exit_code == 3
        else:
            assert read(project, text) == {setting.name: 1}


def test_a_file_that_is_named_must_be_there(project: Path) -> None:
    with pytest.raises(ConfigUnreadableError, match=r"The file .*own\.toml does not exist"):
        read_file(project / "own.toml")


@pytest.mark.parametrize(
    ("text", "guess"),
    [
        ('[number]\narea_cod = "415"', "area_code"),
        ('[number]\nareaCode = "415"', "area_code"),
        ('[application]\ncallback_url = ["http://localhost:1"]', "callback_urls"),
        ('[policy]\nrequire-mfa = "always"', "require_mfa"),
        ('[sms]\nmessaging_service = "MG"', "messaging_service_sid"),
        ('[aplication]\nname = "Acme"', "application"),
        ("[numbers]", "number"),
    ],
)
def test_a_typing_error_is_met_with_what_was_meant(project: Path, text: str, guess: str) -> None:
    with pytest.raises(UnknownKeyError) as caught:
        read(project, text)
    assert f"Did you mean `{guess}`?" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "hint"), [("[policy]\nzzz = 1", "names: everyone, require_mfa."), ("[number]\nbu = 1", "area")]
)
def test_what_is_known_and_may_stay_in_a_file_is_listed(project: Path, text: str, hint: str) -> None:
    with pytest.raises(UnknownKeyError) as caught:
        read(project, text)
    assert hint in caught.value.hint
    assert "buy" not in caught.value.hint


def test_a_secret_is_refused_before_anything_else_and_never_quoted(project: Path) -> None:
    with pytest.raises(SecretInConfigError) as caught:
        read(project, '[nonsense]\nx = 1\nauth_token = "planted"')
    assert "`auth_token`" in caught.value.message
    assert "planted" not in caught.value.message + caught.value.hint
