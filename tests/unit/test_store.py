"""The tool's own files: which tenant they are of, and what a full or foreign disk does to them."""

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock
from pydantic import SecretStr

from mfa_setup.errors import ConfigUnreadableError, JournalUnusableError, LockHeldError
from mfa_setup.store import digests
from mfa_setup.store.folders import Folders, file_key
from mfa_setup.store.journal import Header, empty_journal, open_journal
from mfa_setup.store.lock import tenant_lock
from mfa_setup.store.tokens import Token, TokenCache

TOKEN, OTHER = SecretStr("a" * 32), SecretStr("b" * 32)
KEY, OTHER_KEY = "https://acme.eu.auth0.com/api/v2/", "https://other.eu.auth0.com/api/v2/"


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path / "state", tmp_path / "cache")


def known(folders: Folders, tenant_key: str = KEY, token: SecretStr = TOKEN) -> bool | None:
    """What is remembered of a token."""
    return digests.is_the_last(folders, tenant_key, "unified:AC1", token, "then")


def test_the_folders_are_the_environments_or_the_systems() -> None:
    named = Folders.of({"MFA_SETUP_STATE_DIR": "/a", "MFA_SETUP_CACHE_DIR": "/b"})
    assert named == Folders(Path("/a"), Path("/b"))
    ours = Folders.of({"MFA_SETUP_STATE_DIR": ""})
    assert ("mfa-setup" in str(ours.state), "mfa-setup" in str(ours.cache)) == (True, True)
    assert ours.state != ours.cache


def test_a_digest_knows_its_token_again(folders: Folders) -> None:
    digests.remember(folders, KEY, "unified:AC1", TOKEN, "then")
    assert (known(folders), known(folders, token=OTHER)) == (True, False)
    assert digests.is_the_last(folders, KEY, "unified:AC2", TOKEN, "then") is None
    assert digests.is_the_last(folders, KEY, "unified:AC1", TOKEN, "later") is None


def test_a_digest_without_the_services_stamp_counts_only_in_the_run_that_wrote_it(folders: Folders) -> None:
    digests.remember(folders, KEY, "legacy:AC1", TOKEN, None, "run-1")
    held = [digests.is_the_last(folders, KEY, "legacy:AC1", TOKEN, None, run_id) for run_id in ("run-1", "run-2", None)]
    assert held == [True, None, None]
    assert digests.is_the_last(folders, KEY, "legacy:AC1", TOKEN, "then", "run-1") is None


def test_a_digest_of_another_tenant_says_nothing(folders: Folders) -> None:
    digests.remember(folders, KEY, "unified:AC1", TOKEN, "then")
    (path,) = folders.state.iterdir()
    path.rename(path.with_name(f"token-digest-{file_key(OTHER_KEY)}.json"))
    assert known(folders, OTHER_KEY) is None


def test_a_digest_that_does_not_name_its_tenant_yet_is_used(folders: Folders) -> None:
    digests.remember(folders, KEY, "unified:AC1", TOKEN, "then")
    (path,) = folders.state.iterdir()
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document.pop("tenant") == KEY
    path.write_text(json.dumps(document), encoding="utf-8")
    assert known(folders) is True


@pytest.mark.parametrize("text", ["[]", "5", "{}", '{"version": 1, "provider": [], "salt": 5}', "null"])
def test_a_digest_of_another_shape_says_nothing(folders: Folders, text: str) -> None:
    digests.remember(folders, KEY, "unified:AC1", TOKEN, "then")
    (path,) = folders.state.iterdir()
    path.write_text(text, encoding="utf-8")
    assert known(folders) is None


def test_a_full_disk_keeps_the_old_digest(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    digests.remember(folders, KEY, "unified:AC1", TOKEN, "then")

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            digests.remember(folders, KEY, "unified:AC1", OTHER, "later")
    assert known(folders) is True
    assert len(list(folders.state.iterdir())) == 1


def test_the_holder_of_a_lock_is_named(folders: Folders) -> None:
    with tenant_lock(folders, KEY, "up"), pytest.raises(LockHeldError, match=rf"mfa-setup up`, process {os.getpid()}"):
        _take(folders)
    assert [path.suffix for path in folders.state.iterdir() if path.suffix == ".holder"] == []


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", None])
def test_a_lock_whose_holder_could_not_be_noted_is_held_by_another_process(
    folders: Folders, data: bytes | None
) -> None:
    with tenant_lock(folders, KEY, "up"):
        (holder,) = folders.state.glob("*.holder")
        if data is None:
            holder.unlink()
        else:
            holder.write_bytes(data)
        with pytest.raises(LockHeldError, match="another process"):
            _take(folders)


def test_a_lock_is_released_though_its_holder_cannot_be_removed(
    folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_given: object, **_named: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    with monkeypatch.context() as patch, tenant_lock(folders, KEY, "up"):
        patch.setattr(Path, "unlink", refuse)
    (lock,) = folders.state.glob("*.lock")
    with FileLock(lock, timeout=0):
        pass


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o277, 0o777])
def test_folders_and_files_are_their_owners_alone_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    folders = Folders(tmp_path / "a" / "state", tmp_path / "b" / "cache")
    before = os.umask(umask)
    try:
        with tenant_lock(folders, KEY, "up"):
            held = modes(tmp_path)
        journal = open_journal(folders, KEY, Header(run_id="a", command="up", domain="acme.eu.auth0.com"))
        journal.begin()
        digests.remember(folders, KEY, "unified:AC1", TOKEN, "then")
        cache = TokenCache(folders.cache, "https://acme.eu.auth0.com", KEY, "id", "secret")
        cache.put(Token(value=TOKEN, expires_at=9e9, scopes=None))
    finally:
        os.umask(before)
    for kept in (held, modes(tmp_path)):
        assert {mode for path, mode in kept.items() if path.is_dir()} == {0o700}
        assert {mode for path, mode in kept.items() if not path.is_dir()} == {0o600}
    assert {path.suffix for path in held} >= {".holder", ".lock"}
    assert {path.suffix for path in modes(tmp_path)} >= {".jsonl", ".json"}


def modes(folder: Path) -> dict[Path, int]:
    """The permissions of everything below a folder."""
    return {path: path.lstat().st_mode & 0o777 for path in folder.rglob("*")}


@pytest.mark.parametrize("link", [os.symlink, os.link])
@pytest.mark.parametrize("suffix", [".holder", ".lock"])
def test_nothing_is_written_through_a_planted_link(
    folders: Folders, tmp_path: Path, link: Callable[[Path, Path], None], suffix: str
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious", encoding="utf-8")
    victim.chmod(0o644)
    folders.state.mkdir(mode=0o700)
    planted = folders.state / f"lock-{file_key(KEY)}{suffix}"
    link(victim, planted)
    if suffix == ".lock":
        with pytest.raises(ConfigUnreadableError, match="cannot be written to"):
            _take(folders)
    else:
        _take(folders)
        assert not planted.exists()
    assert (victim.read_text(encoding="utf-8"), victim.stat().st_mode & 0o777) == ("precious", 0o644)


def test_a_link_in_place_of_a_new_journal_is_not_followed(folders: Folders, tmp_path: Path) -> None:
    journal = open_journal(folders, KEY, Header(run_id="a", command="up", domain="acme.eu.auth0.com"))
    folders.state.mkdir(mode=0o700)
    (folders.state / f"journal-{file_key(KEY)}.jsonl").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(JournalUnusableError, match="cannot be written"):
        journal.begin()
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with a name")
def test_a_pipe_in_place_of_a_file_of_ours_is_neither_waited_for_nor_used(folders: Folders) -> None:
    folders.state.mkdir()
    key = file_key(KEY)
    for name in (f"token-digest-{key}.json", f"journal-{key}.jsonl"):
        os.mkfifo(folders.state / name, mode=0o600)
    assert known(folders) is None
    with pytest.raises(JournalUnusableError, match="not a regular file"):
        open_journal(folders, KEY, Header(run_id="a", command="up", domain="acme.eu.auth0.com"))
    digests.remember(folders, KEY, "unified:AC1", TOKEN, "then")
    assert known(folders) is True


def test_a_journal_that_remembers_nothing_takes_no_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    empty = empty_journal(Header(run_id="a", command="plan", domain="acme.eu.auth0.com"))
    with pytest.raises(JournalUnusableError), empty.write("policy", "set_policies"):
        raise AssertionError
    assert list(tmp_path.iterdir()) == []


def _take(folders: Folders) -> None:
    with tenant_lock(folders, KEY, "plan"):
        pass
