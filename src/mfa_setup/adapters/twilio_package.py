"""Makes twilio-python quick to import; imported before it.

Its default HTTP client, which is not used here, imports `requests` and urllib3. It is imported once somebody else's
code creates a `Client` that uses it.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any


@contextmanager
def _stand_in(name: str, **names: object) -> Iterator[None]:
    """Has a module hold only these names until the block ends, instead of importing it."""
    sys.modules[name] = module = ModuleType(name)
    vars(module).update(names)
    try:
        yield
    finally:
        del sys.modules[name]


def _default_client(*arguments: Any, **options: Any) -> Any:
    from twilio.http.http_client import TwilioHttpClient  # noqa: PLC0415 this import is what takes long

    return TwilioHttpClient(*arguments, **options)


if not {"requests", "twilio.http"} & sys.modules.keys():
    with _stand_in("requests", Response=object):  # a name in annotations
        import twilio.http
    with _stand_in("twilio.http.http_client", TwilioHttpClient=_default_client):
        import twilio.base.client_base  # noqa: F401
