import time
from collections.abc import Callable

import httpx
import pytest

from mfa_setup.sandbox.ratelimit import TokenBucket
from mfa_setup.sandbox.server import Sandbox


def test_every_management_answer_has_the_three_headers(web: httpx.Client, api: httpx.Client) -> None:
    """Every management answer has the three headers."""
    for answer in (api.get("/clients"), api.get("/nothing"), web.get("/api/v2/clients")):
        limit, left = (int(answer.headers[f"x-ratelimit-{name}"]) for name in ("limit", "remaining"))
        assert 1000 < left < limit
        assert abs(int(answer.headers["x-ratelimit-reset"]) - time.time()) < 5


@pytest.mark.parametrize("options", [{"rate_limit": "free"}, {"auth0_plan": "free"}])
def test_the_free_plan_lets_two_in_and_refuses_the_third(
    start: Callable[..., Sandbox], manage: Callable[..., httpx.Client], options: dict[str, str]
) -> None:
    """The free plan lets two in and refuses the third."""
    api = manage(start(**options))
    answers = [api.get("/clients") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["message"] == "Global limit has been reached"
    assert answers[2].headers["x-ratelimit-limit"] == "2"
    assert answers[2].headers["x-ratelimit-remaining"] == "0"
    time.sleep(max(0.5, int(answers[2].headers["x-ratelimit-reset"]) - time.time()))
    assert api.get("/clients").status_code == 200


def test_a_refused_request_has_no_effect(start: Callable[..., Sandbox], manage: Callable[..., httpx.Client]) -> None:
    """A refused request has no effect."""
    running = start(rate_limit="free")
    api = manage(running)
    statuses = [api.post("/clients", json={"name": "x"}).status_code for _ in range(3)]
    assert statuses == [201, 201, 429]
    assert len(running.world.first.clients) == 3


def test_enterprise_has_a_burst_of_fifty() -> None:
    """Enterprise has a burst of fifty."""
    bucket = TokenBucket.for_plan("paid", "enterprise")
    assert sum(bucket.take() for _ in range(60)) == 50


def test_latency_delays_answers_but_not_control_calls(
    start: Callable[..., Sandbox], connect: Callable[..., httpx.Client]
) -> None:
    """Latency delays answers but not control calls."""
    web = connect(start(latency_ms=150))
    assert web.get("/.well-known/jwks.json").elapsed.total_seconds() > 0.14
    assert web.get("/_sandbox/state").elapsed.total_seconds() < 0.14
