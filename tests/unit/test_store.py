"""The tool's own files: which tenant they are of, and what a full or foreign disk does to them."""

import errno
import json
import os
from pathlib import Path

import pytest
from filelock import FileLock
from pydantic import SecretStr

from mfa_setup.errors import JournalUnusableError, LockHeldError
from mfa_setup.store import digests
from mfa_setup.store.folders import Folders, file_key
from mfa_setup.store.journal import Header, empty_journal, open_journal
from mfa_setup.store.lock import tenant_lock

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


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with a name")
def test_a_pipe_in_place_of_a_file_of_ours_is_neither_waited_for_nor_used(folders: Folders) -> None:
    folders.state.mkdir()
    key = file_key(KEY)
    for name in (f"token-digest-{key}.json", f"journal-{key}.jsonl"):
        os.mkfifo(folders.state / name, mode=0o600)
    assert known(folders) is None
    with pytest.raises(JournalUnusableError, match="not a plain file"):
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
