"""The seal of an exported journal: who can create and verify it, and what it tells of the credential."""

from pydantic import SecretStr

from mfa_setup.model.journal import RunRecord, merged
from mfa_setup.settings.credentials import Auth0Credentials
from mfa_setup.store.seal import Seal, seal_key, seal_of, verdict

TENANT = "https://acme.eu.auth0.com/api/v2/"
CONTENT = {"runs": [{"run_id": "a", "writes": []}], "domain": "acme.eu.auth0.com"}


def key(secret: str, tenant: str = TENANT) -> bytes:
    """The key of a credential."""
    found = seal_key(SecretStr(secret), tenant)
    assert found is not None
    return found


def test_only_the_same_credential_for_the_same_tenant_verifies_a_seal() -> None:
    mine = key("s" * 64)
    seal = seal_of(CONTENT, mine)
    assert verdict(CONTENT, seal, key("s" * 64)) == "intact"
    assert verdict(dict(reversed(CONTENT.items())), seal, mine) == "intact"
    assert verdict({**CONTENT, "domain": "other.eu.auth0.com"}, seal, mine) == "altered"
    assert verdict(CONTENT, Seal(key=seal.key, mac="é"), mine) == "altered"
    for other in (key("t" * 64), key("s" * 64, "https://other.eu.auth0.com/api/v2/"), None):
        assert verdict(CONTENT, seal, other) == "unverified"
    assert verdict(CONTENT, None, mine) == "unverified"


def test_a_seal_shows_nothing_of_the_credential_or_of_the_key() -> None:
    secret = "0123456789abcdef" * 4
    seal = seal_of(CONTENT, key(secret))
    assert key(secret).hex()[:16] not in {seal.key, seal.mac[:16]}
    assert secret[:8] not in seal.key + seal.mac
    assert seal.key != seal_of(CONTENT, key(secret, "https://other.eu.auth0.com/api/v2/")).key


def test_the_line_ends_of_a_private_key_do_not_matter() -> None:
    assert key("-----BEGIN A-----\nabc\ndef\n") == key("-----BEGIN A-----\r\nabc\r\ndef")


def test_an_access_token_seals_nothing() -> None:
    given = Auth0Credentials(audience=TENANT, token=SecretStr("token"), client_secret=SecretStr("secret"))
    assert seal_key(given.lasting_secret, TENANT) is None
    both = Auth0Credentials(audience=TENANT, private_key=SecretStr("key"), client_secret=SecretStr("secret"))
    assert both.lasting_secret == SecretStr("key")


def record(run_id: str, time: str, command: str = "up") -> RunRecord:
    """A run."""
    return RunRecord(run_id=run_id, command=command, domain="acme.eu.auth0.com", time=time)


def test_the_runs_of_two_journals_are_in_the_order_of_their_time_and_none_is_there_twice() -> None:
    own = (record("b", "2026-11-02T10:00:00+00:00"), record("d", "2026-11-04T10:00:00.5+00:00"))
    first, same = record("a", "2026-11-01T10:00:00+00:00"), record("b", "2026-11-02T10:00:00+00:00", "other")
    runs = merged(own, (first, same, record("c", "2026-11-04T10:00:00+00:00")))
    assert [run.run_id for run in runs] == ["a", "b", "c", "d"]
    assert runs[1].command == "up"  # this machine's own record
