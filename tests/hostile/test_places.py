"""Places that cannot be written to as others can, and systems that lack what Linux has."""

import errno
import os
import stat
from collections import namedtuple
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import SoftFileLock

from mfa_setup.appconfig import ConfigFile, locate
from mfa_setup.appconfig.file import remove, replace_real
from mfa_setup.errors import ConfigUnreadableError, InvalidValueError
from mfa_setup.store import safe_write
from mfa_setup.store.files import read_private
from mfa_setup.store.folders import Folders
from mfa_setup.store.lock import tenant_lock
from support.lab import Lab, Run
from support.nobody import NOBODY, as_nobody, as_root, shared_folder

IMPORTS = "from pathlib import Path\nfrom mfa_setup.appconfig import ConfigFile, locate\nimport encodings.idna"
WRITE = """
path = Path(sys.argv[1])
config = locate(None, path) if len(sys.argv) < 3 else locate(Path(sys.argv[2]), None)
config.for_tenant("acme.auth0.com", "https://acme.auth0.com").write("abc")
sys.stdout.write(str(config.path))
"""


@pytest.fixture
def shared() -> Iterator[Path]:
    with shared_folder() as folder:
        yield folder


def owned(folder: Path, mode: int) -> Path:
    """A folder of nobody's."""
    folder.mkdir()
    os.chown(folder, NOBODY, NOBODY)
    folder.chmod(mode)
    return folder


@as_root
@pytest.mark.parametrize("mode", [0o755, 0o711, 0o300])
def test_a_file_below_a_folder_that_cannot_be_listed_is_written(shared: Path, mode: int) -> None:
    path = owned(shared / "app", mode) / "a.json"
    assert as_nobody(IMPORTS, WRITE, str(path)) == str(path)
    assert '"clientId": "abc"' in path.read_text(encoding="utf-8")
    assert [item.name for item in path.parent.iterdir()] == ["a.json"]


@as_root
def test_a_file_below_a_folder_that_cannot_be_listed_is_written_where_no_handle_opens_it(shared: Path) -> None:
    path = owned(shared / "app", 0o755) / "a.json"
    assert as_nobody(f"{IMPORTS}\nimport os\ndel os.O_PATH", WRITE, str(path)) == str(path)


@as_root
@pytest.mark.parametrize(("files", "read"), [(["vite.config.mts"], ".env.local"), (["auth_config.json.example"], None)])
def test_the_file_of_an_app_in_a_folder_that_cannot_be_listed_is_found(
    shared: Path, files: list[str], read: str | None
) -> None:
    folder = owned(shared / "app", 0o300)
    for name in files:
        (folder / name).write_text("", encoding="utf-8")
    written = folder / (read or "auth_config.json")
    assert as_nobody(IMPORTS, WRITE, "-", str(folder)) == str(written)


@as_root
@pytest.mark.parametrize("spoil", ["folder", "file", "sticky", "closed"])
def test_a_place_that_cannot_be_written_to_is_refused_before_anything_is_written(shared: Path, spoil: str) -> None:
    path = owned(shared / "app", 0o755) / "a.json"
    path.write_text("{}", encoding="utf-8")
    if spoil == "folder":
        os.chown(path.parent, 0, 0)
    elif spoil == "sticky":
        os.chown(path.parent, 0, 0)
        path.parent.chmod(0o1777)
        path.chmod(0o666)
    elif spoil == "closed":
        path.parent.chmod(0o600)
    found = as_nobody(IMPORTS, "locate(None, Path(sys.argv[1]))", str(path))
    assert found.startswith("mfa_setup.errors.InvalidValueError"), found
    assert path.read_text(encoding="utf-8") == "{}"


@as_root
def test_a_file_that_root_replaces_keeps_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("{}", encoding="utf-8")
    os.chown(path, NOBODY, NOBODY)
    ConfigFile(path, "acme.auth0.com").write("abc")
    assert (path.stat().st_uid, path.stat().st_gid) == (NOBODY, NOBODY)


Disk = namedtuple("Disk", "f_blocks f_bfree f_bavail f_files f_favail")  # noqa: PYI024 as `os.statvfs` answers


@pytest.mark.parametrize(
    ("disk", "full"),
    [
        (Disk(100, 50, 40, 10, 5), False),
        (Disk(100, 0, 0, 10, 5), True),
        (Disk(100, 50, 40, 10, 0), True),
        (Disk(0, 0, 0, 0, 0), False),  # it does not tell
    ],
)
def test_a_full_disk_is_noticed_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, disk: Disk, *, full: bool
) -> None:
    monkeypatch.setattr(os, "statvfs", lambda _path: disk)
    if full:
        with pytest.raises(InvalidValueError, match="is full"):
            locate(None, tmp_path / "a.json")
    else:
        assert locate(None, tmp_path / "a.json")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EDQUOT])
def test_a_disk_that_takes_no_file_is_named_and_the_old_file_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    path = tmp_path / "a.json"
    path.write_text("{}", encoding="utf-8")

    def refuse(*_given: object, **_named: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(safe_write, "open_file", refuse)
    with pytest.raises(ConfigUnreadableError, match=os.strerror(number)):
        ConfigFile(path, "acme.auth0.com").write("abc")
    assert [(item.name, item.read_text(encoding="utf-8")) for item in tmp_path.iterdir()] == [("a.json", "{}")]


def test_a_name_as_long_as_names_may_be_is_written(tmp_path: Path) -> None:
    path = tmp_path / f"{'😀' * 62}.json"  # 253 bytes
    ConfigFile(path, "acme.auth0.com").write("abc")
    assert path.exists()


def test_half_a_surrogate_pair_in_a_config_file_is_kept_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"name": "\\ud83d ä \\\\ud83d"}', encoding="utf-8")
    ConfigFile(path, "acme.auth0.com").write("abc")
    assert '"name": "\\ud83d ä \\\\ud83d"' in path.read_text(encoding="utf-8")


def test_a_full_disk_for_temporary_files_is_no_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    ConfigFile(tmp_path / ".env", "acme.auth0.com").write("abc")
    assert "VITE_AUTH0_CLIENT_ID=abc" in (tmp_path / ".env").read_text(encoding="utf-8")


# --- systems that lack what Linux has ------------------------------------------------------------------------------

LACKING = (
    *("O_NOFOLLOW", "O_NONBLOCK", "O_DIRECTORY", "O_PATH", "fchmod", "fchown", "statvfs"),
    *("geteuid", "getegid", "getuid", "getgid"),
)


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Python on a system like Windows: no handles on folders, no users, no permission bits, none of these flags."""
    del tmp_path  # made by pytest before, which asks for the user

    def without_handles(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(path: Any, *given: Any, **named: Any) -> Any:
            if {named.pop(name, None) for name in ("dir_fd", "src_dir_fd", "dst_dir_fd")} != {None}:
                raise NotImplementedError
            if function is opened and stat.S_ISDIR(_mode(path)):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            return function(path, *given, **named)

        return call

    opened = os.open
    with monkeypatch.context() as patch:
        for name in ("open", "stat", "unlink", "replace"):
            patch.setattr(os, name, without_handles(getattr(os, name)))
        patch.setattr(os, "supports_dir_fd", set())
        patch.setattr("filelock.FileLock", SoftFileLock)  # Windows has a lock of its own there
        for name in LACKING:
            patch.delattr(os, name, raising=False)
        yield


def _mode(path: Any) -> int:
    try:
        return os.lstat(path).st_mode
    except OSError:
        return 0


@pytest.mark.usefixtures("bare")
def test_a_bare_system_writes_reads_journals_and_locks(run: Run, unified: Lab, folder: Path, tmp_path: Path) -> None:
    (folder / "auth_config.json").write_text('{\n  "theme": "dark"\n}\n', encoding="utf-8")
    result = run("up", "--yes", "--json", "--write-config", "auth_config.json", env=unified.env)
    assert (result.code, result.document["warnings"]) == (0, [])
    assert '"theme": "dark",\n  "domain"' in (folder / "auth_config.json").read_text(encoding="utf-8")
    assert run("plan", "--check", "--write-config", "auth_config.json", env=unified.env).code == 0
    assert [entry["path"] for entry in unified.log()].count("/oauth/token") == 1
    assert len(list((tmp_path / "state").glob("token-digest-*"))) == 1
    with tenant_lock(Folders(tmp_path / "state", tmp_path / "cache"), f"https://{unified.domain}/api/v2/", "up"):
        assert run("up", "--yes", "--json", env=unified.env).document["error"]["code"] == "lock_held"
    assert run("undo", "--yes", "--json", env=unified.env).code == 0
    assert (folder / "auth_config.json").read_text(encoding="utf-8") == '{\n  "theme": "dark"\n}\n'
    assert [path.name for path in folder.iterdir()] == ["auth_config.json"]


@pytest.fixture
def linked(tmp_path: Path) -> tuple[Path, Path]:
    """A folder with a link to a file and a link to a folder, both to another folder."""
    project, outside = tmp_path / "project", tmp_path / "outside"
    project.mkdir()
    outside.mkdir()
    (outside / "a.json").write_text("{}", encoding="utf-8")
    (project / "a.json").symlink_to(outside / "a.json")
    (project / "src").symlink_to(outside)
    return project / "a.json", project / "src" / "a.json"


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("which", [0, 1], ids=["file", "folder"])
def test_a_bare_system_writes_through_no_link(linked: tuple[Path, Path], which: int) -> None:
    path = linked[which]
    with pytest.raises((InvalidValueError, ConfigUnreadableError)):
        ConfigFile(path, "acme.auth0.com", linked[0].parent).write("abc")
    with pytest.raises(InvalidValueError, match="link"):
        replace_real(path, "x")
    assert path.read_text(encoding="utf-8") == "{}"


@pytest.mark.usefixtures("bare")
def test_a_bare_system_reads_no_file_and_removes_none_through_a_link(linked: tuple[Path, Path]) -> None:
    assert read_private(linked[0]) is None
    with pytest.raises(ConfigUnreadableError, match="cannot be removed"):
        remove(linked[1])
    assert linked[1].exists()


@pytest.mark.usefixtures("bare")
def test_a_folder_swapped_for_a_link_on_a_bare_system_gets_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, outside = tmp_path / "project", tmp_path / "outside"
    project.mkdir()
    outside.mkdir()
    honest = safe_write._open_real

    def swap(folder: Path) -> int | None:
        project.rmdir()
        project.symlink_to(outside)
        return honest(folder)

    monkeypatch.setattr(safe_write, "_open_real", swap)
    with pytest.raises(NotADirectoryError):
        safe_write.replace_file(project / "a.json", "x", root=tmp_path)
    assert list(outside.iterdir()) == []
