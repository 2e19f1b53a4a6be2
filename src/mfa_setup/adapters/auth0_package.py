"""Speeds up the import of auth0-python; must be imported before the SDK.

The package `auth0` imports its Authentication API, which is not used here, and with it PyJWT and cryptography.
"""

import sys
from importlib.util import find_spec, module_from_spec


def skip_init(name: str) -> None:
    """Defers a package's `__init__` until one of its names is used, so that its modules can be imported quickly."""
    spec = None if name in sys.modules else find_spec(name)
    if spec is None or spec.loader is None:
        return
    loader, package = spec.loader, module_from_spec(spec)

    def run_init(attribute: str) -> object:
        if vars(package).pop("__getattr__", None):
            loader.exec_module(package)
        return getattr(package, attribute)

    vars(package)["__getattr__"] = run_init
    sys.modules[name] = package


skip_init("auth0")

import auth0  # noqa: E402 must follow skip_init
from auth0.management.version import __version__  # noqa: E402

auth0.__version__ = __version__  # read for every request, because the SDK reports its version to Auth0
