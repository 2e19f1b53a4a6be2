"""Who may ask, and how Twilio says no."""

from collections.abc import Callable

import httpx
import pytest

from mfa_setup.sandbox.server import Sandbox
from mfa_setup.sandbox.twilio import errors
from mfa_setup.sandbox.twilio.auth import Credentials, basic_pair


def account(sandbox: Sandbox) -> Credentials:
    """Return the account's credentials."""
    return sandbox.world.twilio.credentials


def get(sandbox: Sandbox, web: httpx.Client, path: str, auth: tuple[str, str] | None) -> httpx.Response:
    """Ask with a pair of credentials; `{sid}` in the path stands for the account."""
    full = path.replace("{sid}", account(sandbox).account_sid)
    return web.get(full, auth=auth)


def test_the_account_answers_its_own_token(sandbox: Sandbox, web: httpx.Client) -> None:
    """The account answers its own token."""
    own = account(sandbox)
    answer = get(sandbox, web, "/2010-04-01/Accounts/{sid}.json", (own.account_sid, own.auth_token))
    assert answer.status_code == 200
    assert answer.json()["sid"] == own.account_sid
    assert answer.json()["status"] == "active"
    assert answer.headers["Twilio-Request-Id"].startswith("RQ")


@pytest.mark.parametrize("password", ["", "0" * 32, "ö" * 32])
def test_a_wrong_token_is_401_and_20003_on_every_host(sandbox: Sandbox, web: httpx.Client, password: str) -> None:
    """A wrong token is 401 and 20003 on every host."""
    for path in (
        "/2010-04-01/Accounts/{sid}.json",
        "/2010-04-01/Accounts/{sid}/IncomingPhoneNumbers.json",
        "/v1/Services",
        "/v1/PhoneNumbers/Countries/US",
        "/v1/Messaging/GeoPermissions",
        "/v1/CustomerProfiles",
        "/v1/Alerts",
        "/v2/PhoneNumbers/+14155550123",
    ):
        answer = get(sandbox, web, path, (account(sandbox).account_sid, password))
        assert (answer.status_code, answer.json()["code"]) == (401, 20003), path


def test_no_credentials_at_all_are_401(sandbox: Sandbox, web: httpx.Client) -> None:
    """No credentials at all are 401."""
    answer = get(sandbox, web, "/v1/Services", None)
    assert answer.status_code == 401
    assert answer.json() == {
        "code": 20003,
        "message": "Authenticate",
        "more_info": "https://www.twilio.com/docs/errors/20003",
        "status": 401,
    }


def test_another_account_in_the_path_is_refused(sandbox: Sandbox, web: httpx.Client) -> None:
    """Another account in the path is refused."""
    own = account(sandbox)
    path = f"/2010-04-01/Accounts/AC{'0' * 32}/Messages.json"
    answer = get(sandbox, web, path, (own.account_sid, own.auth_token))
    assert (answer.status_code, answer.json()["code"]) == (401, 70051)


def test_a_standard_key_reaches_everything_but_the_accounts(sandbox: Sandbox, web: httpx.Client) -> None:
    """A standard key reaches everything but the accounts."""
    own = account(sandbox)
    pair = (own.api_key, own.api_secret)
    assert get(sandbox, web, "/2010-04-01/Accounts/{sid}/IncomingPhoneNumbers.json", pair).status_code == 200
    assert get(sandbox, web, "/v1/Services", pair).status_code == 200
    assert get(sandbox, web, "/2010-04-01/Accounts/{sid}.json", pair).status_code == 401
    assert get(sandbox, web, "/2010-04-01/Accounts.json", pair).status_code == 401


def test_a_suspended_account_is_403_and_20003(
    start: Callable[..., Sandbox], connect: Callable[..., httpx.Client]
) -> None:
    """A suspended account is 403 and 20003."""
    sandbox = start(twilio_account="suspended")
    own = account(sandbox)
    answer = get(sandbox, connect(sandbox), "/2010-04-01/Accounts/{sid}.json", (own.account_sid, own.auth_token))
    assert (answer.status_code, answer.json()["code"]) == (403, 20003)


def test_test_credentials_reach_two_calls_only(sandbox: Sandbox, web: httpx.Client) -> None:
    """Test credentials reach two calls only."""
    own = account(sandbox)
    pair = (own.test_account_sid, own.test_auth_token)
    base = f"/2010-04-01/Accounts/{own.test_account_sid}"
    for path in (f"{base}.json", f"{base}/IncomingPhoneNumbers.json", "/v1/Services"):
        answer = get(sandbox, web, path, pair)
        assert (answer.status_code, answer.json()["code"]) == (403, 20008), path


def test_an_unknown_method_is_405(sandbox: Sandbox, web: httpx.Client) -> None:
    """An unknown method is 405."""
    own = account(sandbox)
    answer = web.put("/v1/Services", auth=(own.account_sid, own.auth_token))
    assert (answer.status_code, answer.json()["code"]) == (405, 20004)


def test_an_unknown_path_is_404_in_twilios_form(sandbox: Sandbox, web: httpx.Client) -> None:
    """An unknown path is 404 in Twilio's form."""
    answer = get(sandbox, web, "/2010-04-01/Accounts/{sid}/Faxes.json", None)
    assert (answer.status_code, answer.json()["code"]) == (404, 20404)


@pytest.mark.parametrize(
    ("status", "code"), [(429, 20429), (500, 20500), (502, 20500), (503, 20503), (404, 20404), (400, 20001)]
)
def test_an_injected_status_has_its_code(status: int, code: int) -> None:
    """An injected status has its code."""
    answer = errors.status_fault(status)
    assert answer.status_code == status
    assert f'"code":{code}'.encode() in bytes(answer.body)


@pytest.mark.parametrize(
    ("header", "pair"),
    [
        ("Basic YTpi", ("a", "b")),
        ("basic YTpiOmM=", ("a", "b:c")),
        ("Bearer YTpi", ("", "")),
        ("Basic ***", ("", "")),
        ("Basic /w==", ("", "")),
        ("", ("", "")),
    ],
)
def test_a_basic_header_is_read_strictly(header: str, pair: tuple[str, str]) -> None:
    """A basic header is read strictly."""
    assert basic_pair(header) == pair


def test_credentials_have_the_forms_that_clients_check() -> None:
    """Credentials have the forms that clients check."""
    own = Credentials.generate()
    assert own.account_sid.startswith("AC")
    assert len(own.account_sid) == 34
    assert len(own.auth_token) == 32
    assert own.api_key.startswith("SK")
    assert own != Credentials.generate()
