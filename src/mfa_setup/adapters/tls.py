"""The certificates that https connections are checked against."""

import ssl
from pathlib import Path

import httpx

from mfa_setup.errors import ConfigUnreadableError


def tls_context(base_url: str, ca_file: Path | None = None) -> ssl.SSLContext:
    """The TLS settings for requests to a URL; over http a context that trusts nobody, which takes no time to build.

    Args:
        base_url: Where the requests go.
        ca_file: The certificates to trust; by default those of the `certifi` package.

    Raises:
        ConfigUnreadableError: The file holds no certificates.
    """
    if base_url.startswith("http:"):
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if ca_file is None:
        return httpx.create_ssl_context(trust_env=False)
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (ssl.SSLError, OSError):
        raise ConfigUnreadableError(
            f"SSL_CERT_FILE names {ca_file}, which holds no certificates in PEM form.",
            hint="Correct or unset SSL_CERT_FILE.",
        ) from None
