"""Network settings from the environment: the certificates to trust, and the proxies."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from mfa_setup.adapters.connection import Network
from mfa_setup.errors import ConfigUnreadableError, InvalidValueError


def network_of(environment: Mapping[str, str]) -> Network:
    """Returns the network settings in `SSL_CERT_FILE` and the system's proxy settings.

    Raises:
        ConfigUnreadableError: `SSL_CERT_FILE` names a file that does not exist.
    """
    ca_file = environment.get("SSL_CERT_FILE") or None
    if ca_file and not _is_file(Path(ca_file)):
        raise ConfigUnreadableError(
            f"SSL_CERT_FILE is {ca_file}, which is not a file.", hint="Set SSL_CERT_FILE to a PEM file, or unset it."
        )
    return Network(Path(ca_file) if ca_file else None, _system_proxy)


def _is_file(path: Path) -> bool:
    with suppress(OSError):  # the name is too long, or the folder may not be searched
        return path.is_file()
    return False


def _system_proxy(host: str) -> str | None:
    """Returns the proxy for https requests to a host, from the environment or the system; None for no proxy.

    Raises:
        InvalidValueError: The proxy is neither http nor https.
    """
    from urllib.request import getproxies, proxy_bypass  # noqa: PLC0415 slow to import on some systems

    proxies = getproxies()
    proxy = proxies.get("https") or proxies.get("all")
    if not proxy or proxy_bypass(host):
        return None
    url = proxy if "://" in proxy else f"http://{proxy}"
    if not url.startswith(("http://", "https://")):
        raise InvalidValueError(
            "HTTPS_PROXY names a proxy that is neither http nor https.",
            hint="Set HTTPS_PROXY to the URL of an HTTP proxy, or unset it.",
        )
    return url
