"""Places that cannot be written to as others can, and systems that lack what Linux has."""

import errno
import os
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import pytest

from mfa_setup.appconfig import ConfigFile, locate
from mfa_setup.errors import ConfigUnreadableError, InvalidValueError
from mfa_setup.store import safe_write
from support.nobody import NOBODY, as_nobody, as_root, shared_folder

IMPORTS = "from pathlib import Path\nfrom mfa_setup.appconfig import ConfigFile, locate\nimport encodings.idna"
WRITE = """
path = Path(sys.argv[1])
config = locate(None, path) if len(sys.argv) < 3 else locate(Path(sys.argv[2]), None)
config.for_tenant("acme.auth0.com", "https://acme.auth0.com").write("abc")
print(config.path)
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
        with pytest.raises(InvalidValueError, match="no space left"):
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
