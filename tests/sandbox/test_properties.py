"""Every operation that the sandbox serves, asked with whatever its document allows and with what it does not."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings

from mfa_setup.sandbox.config import SandboxConfig
from mfa_setup.sandbox.server import Sandbox
from support import specification
from support.answers import Answers
from support.asking import Request, flawed_requests, has_flaws, valid_requests
from support.contradictions import UNSERVED, is_rule
from support.known import Seed, furnish
from support.specification import Operation

OPERATIONS = [one for one in specification.operations() if one.service != "authentication"]
LEGACY = ("selected-provider", "providers/twilio", "phone/templates", "sms/templates")
REFUSED = {"invalid_body", "invalid_uri", "invalid_query_string"}

pytestmark = pytest.mark.skipif(
    not specification.PRESENT, reason="the OpenAPI extracts are not beside the project (../shared/spec)"
)


class Box:
    """A furnished sandbox, and clients of both services."""

    def __init__(self, stack: Any, answers: Answers) -> None:
        self.answers = answers
        self.sandbox = Sandbox(SandboxConfig(port=0, phone_stack=stack)).start()
        token = httpx.post(f"{self.sandbox.url}/_sandbox/tokens", json={}).json()["access_token"]
        own = self.sandbox.world.twilio.credentials
        self.auth0 = httpx.Client(base_url=self.sandbox.url, headers={"authorization": f"Bearer {token}"})
        self.twilio = httpx.Client(base_url=self.sandbox.url, auth=(own.account_sid, own.auth_token))
        api = httpx.Client(base_url=f"{self.sandbox.url}/api/v2", headers=self.auth0.headers)
        furnish(self.sandbox, api, self.twilio)
        api.close()
        self.seed = Seed.of(self.sandbox)
        self.is_touched = False

    def close(self) -> None:
        """Stops it."""
        self.auth0.close()
        self.twilio.close()
        self.sandbox.stop()

    def ask(self, operation: Operation, request: Request) -> httpx.Response:
        """Sends a request to the sandbox in its first state, and holds the answer against the document."""
        if self.is_touched:
            self.seed.plant(self.sandbox)
        self.is_touched = request.method != "GET"
        is_twilio = operation.service == "twilio"
        client, field = (self.twilio, "data") if is_twilio else (self.auth0, "json")
        sent: dict[str, Any] = {} if request.body is None else {field: request.body}
        answer = client.request(request.method, request.path, params=request.query, **sent)
        assert not self.answers.violations(), request
        assert answer.status_code < 500, request
        assert not answer.content or answer.headers["content-type"] == "application/json", request
        return answer


@pytest.fixture(scope="module")
def boxes(answers: Answers) -> Iterator[Callable[[str], Box]]:
    """A furnished sandbox of either phone stack."""
    made: dict[str, Box] = {}

    def get(stack: str) -> Box:
        if stack not in made:
            made[stack] = Box(stack, answers)
        return made[stack]

    yield get
    for box in made.values():
        box.close()


@pytest.fixture(params=OPERATIONS, ids=str)
def operation(request: pytest.FixtureRequest) -> Operation:
    """Each operation that is served."""
    found: Operation = request.param
    if str(found) in UNSERVED:
        pytest.skip(f"not served: {UNSERVED[str(found)]}")
    return found


@pytest.fixture
def box(operation: Operation, boxes: Callable[[str], Box]) -> Box:
    """The sandbox whose tenant has the operation."""
    return boxes("legacy" if operation.path.endswith(LEGACY) else "unified")


def examples(operation: Operation, most: int) -> settings:
    """As many examples as the operation has parts, the same ones each time."""
    count = min(most, 10 + len(operation.parameters) + _parts(operation.body) // 4)
    health = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    return settings(max_examples=count, derandomize=True, deadline=None, database=None, suppress_health_check=health)


def _parts(schema: Any) -> int:
    if isinstance(schema, dict):
        return 1 + sum(map(_parts, schema.values()))
    return sum(map(_parts, schema)) if isinstance(schema, list) else 0


def test_a_valid_request_is_never_refused_as_invalid(operation: Operation, box: Box) -> None:
    """Whatever the document allows is let in; it may still be about something that is not there."""

    @examples(operation, 60)
    @given(valid_requests(operation, box.seed))
    def ask(request: Request) -> None:
        answer = box.ask(operation, request)
        assert answer.status_code != 400 or is_rule(str(operation), operation.service, answer.json()), (
            f"{request} -> {answer.text}"
        )

    ask()


def test_an_invalid_request_is_refused_in_the_form_of_its_service(operation: Operation, box: Box) -> None:
    """Whatever the document does not allow is refused, as invalid."""
    if not has_flaws(operation):
        pytest.skip("nothing that it takes can be wrong")

    @examples(operation, 60)
    @given(flawed_requests(operation, box.seed))
    def ask(request: Request) -> None:
        answer = box.ask(operation, request)
        expected = {400, 401, 404} if request.where == "path" else {400}
        assert answer.status_code in expected, f"{request} -> {answer.status_code} {answer.text}"
        if operation.service == "management" and answer.status_code == 400:
            assert answer.json()["errorCode"] in REFUSED, f"{request} -> {answer.text}"

    ask()
