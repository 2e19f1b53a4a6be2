"""Every read of Twilio's documents answers as documented, with something in every list.

That an answer fits its document is checked after every test (`support.answers`): the tests here only ask.
"""

from collections.abc import Iterator

import httpx
import pytest

from mfa_setup.sandbox.config import SandboxConfig
from mfa_setup.sandbox.server import Sandbox
from mfa_setup.sandbox.twilio.stock import catalogue
from support import specification
from support.answers import Answers
from support.contradictions import UNSERVED
from support.known import Seed, furnish_twilio
from support.specification import Operation

READS = [
    operation
    for operation in specification.operations()
    if operation.service == "twilio" and operation.method == "GET" and str(operation) not in UNSERVED
]

pytestmark = pytest.mark.skipif(
    not specification.PRESENT, reason="the OpenAPI extracts are not beside the project (../shared/spec)"
)


@pytest.fixture(scope="module")
def box(answers: Answers) -> Iterator[Sandbox]:
    """Run a sandbox whose account has one of everything."""
    del answers
    with Sandbox(SandboxConfig(port=0)) as running:
        yield running


@pytest.fixture(scope="module")
def api(box: Sandbox) -> Iterator[httpx.Client]:
    """Return a client that has sent a message and been refused one."""
    own = box.world.twilio.credentials
    with httpx.Client(base_url=box.url, auth=(own.account_sid, own.auth_token), trust_env=False) as client:
        furnish_twilio(box, client)
        yield client


@pytest.mark.parametrize("operation", READS, ids=str)
def test_reads_answer_as_documented(box: Sandbox, api: httpx.Client, operation: Operation) -> None:
    """A GET has every documented field of its resources, in the documented types, and no other."""
    path, seed = operation.path, Seed.of(box)
    for parameter in operation.of("path"):
        (known, *_) = seed.ids(operation, parameter) or ["+14155550123"]
        path = path.replace(f"{{{parameter.name}}}", known)
    answer = api.get(path)
    assert answer.status_code == 200, answer.text
    if not operation.path.removesuffix(".json").endswith("}"):
        lists = [value for value in answer.json().values() if isinstance(value, list)]
        assert all(lists), "an empty list proves nothing"


@pytest.mark.parametrize(
    ("path", "form", "status"),
    [
        ("/IncomingPhoneNumbers.json", {"AreaCode": "512"}, 201),
        ("/Messages.json", {"To": "+14155550123", "From": catalogue()[0].phone_number, "Body": "x"}, 201),
        ("/OutgoingCallerIds.json", {"PhoneNumber": "+14155550199"}, 200),
    ],
)
def test_creations_answer_as_documented(
    box: Sandbox, api: httpx.Client, path: str, form: dict[str, str], status: int
) -> None:
    """A POST that creates answers 201; starting the verification of a phone answers 200."""
    answer = api.post(f"/2010-04-01/Accounts/{box.world.twilio.account_sid}{path}", data=form)
    assert answer.status_code == status, answer.text


def test_a_service_is_made_as_documented(api: httpx.Client) -> None:
    """Likewise in the newer APIs."""
    answer = api.post("/v1/Services", data={"FriendlyName": "mine"})
    assert answer.status_code == 201
    assert api.delete(f"/v1/Services/{answer.json()['sid']}").status_code == 204
