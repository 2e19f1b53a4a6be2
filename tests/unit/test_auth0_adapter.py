"""The adapter of Auth0, where threads share it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

from auth0.management import Auth0
from pydantic import SecretStr

from mfa_setup.adapters.auth0 import Auth0Adapter
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
