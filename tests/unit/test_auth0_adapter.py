"""The adapter of Auth0, where threads share it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from auth0.management import Auth0
from pydantic import SecretStr

from mfa_setup.adapters.auth0 import Auth0Adapter
from mfa_setup.adapters.auth0_actions import Auth0Actions, Client
from mfa_setup.adapters.http_policy import HttpSettings
from mfa_setup.adapters.token import TokenSource
from mfa_setup.settings.credentials import Auth0Credentials


def test_the_parts_of_the_sdk_are_imported_by_one_thread_at_a_time() -> None:
    """Two threads that import modules of one package can fail: seen in CPython 3.11 on a busy machine."""
    url, settings = "http://localhost:9", HttpSettings()
    credentials = Auth0Credentials(audience=f"{url}/api/v2/", token=SecretStr("never sent"))
    tokens = TokenSource(url, credentials, cache=None, settings=settings)
    adapter = Auth0Adapter(url, tokens, read_only=True, settings=settings)
    first_is_in, second_is_in, let_go = Event(), Event(), Event()

    def first(_api: Auth0) -> None:
        first_is_in.set()
        assert let_go.wait(10)

    def second(_api: Auth0) -> None:
        second_is_in.set()

    with ThreadPoolExecutor(2) as pool:
        importing = pool.submit(adapter._part, first)
        assert first_is_in.wait(10)
        waiting = pool.submit(adapter._part, second)
        assert not second_is_in.wait(0.1)
        let_go.set()
        importing.result()
        waiting.result()
    assert second_is_in.is_set()


@pytest.mark.parametrize(
    ("answer", "ended_well"),
    [
        ({"payload": {"ok": True}}, True),
        ({"payload": {"error": None, "errors": [], "error_count": 0}}, True),
        ({"payload": {"error": "TypeError"}}, False),
        ({"payload": {"results": [{"error_count": 1}]}}, False),
        ({"errors": {"a": {}}}, False),
    ],
)
def test_a_test_run_of_an_action_failed_only_if_an_error_has_a_value(
    answer: dict[str, Any], *, ended_well: bool
) -> None:
    class Actions:
        def test(self, _id: str, payload: object) -> dict[str, Any]:
            assert payload == {}
            return answer

    actions = Auth0Actions(Client(get=lambda *_: None, part=lambda _: Actions()))
    assert actions.test("act_1", {}) is ended_well
