"""Speeds up the import of twilio-python; must be imported before the SDK.

The SDK's default HTTP client, which is not used here, imports `requests` and urllib3. The import is deferred until
other code creates a `Client` that uses it.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any


@contextmanager
def _stand_in(name: str, **names: object) -> Iterator[None]:
    """Replaces a module with one that contains only these names until the block ends, instead of importing it."""
    sys.modules[name] = module = ModuleType(name)
    vars(module).update(names)
    try:
        yield
    finally:
        del sys.modules[name]


def _default_client(*arguments: Any, **options: Any) -> Any:
    from twilio.http.http_client import TwilioHttpClient  # noqa: PLC0415 this is the slow import

    return TwilioHttpClient(*arguments, **options)


if not {"requests", "twilio.http"} & sys.modules.keys():
    with _stand_in("requests", Response=object):  # used only in annotations
        import twilio.http
    with _stand_in("twilio.http.http_client", TwilioHttpClient=_default_client):
        import twilio.base.client_base  # noqa: F401
