"""Which certificates count: those of `SSL_CERT_FILE`, which neither SDK obeys by itself, else the usual ones."""

import os
import ssl

from mfa_setup.errors import ConfigUnreadableError


def trusted_certificates() -> str | None:
    """The bundle that `SSL_CERT_FILE` names, which neither SDK obeys by itself.

    Raises:
        ConfigUnreadableError: It names a file that is not there.
    """
    path = os.environ.get("SSL_CERT_FILE") or None
    if path and not os.path.isfile(path):  # noqa: PTH113 a name from the environment, as OpenSSL takes it
        raise ConfigUnreadableError(
            f"SSL_CERT_FILE names {path}, which is not a file.", hint="Correct or unset SSL_CERT_FILE."
        )
    return path


def tls_context(base_url: str) -> ssl.SSLContext:
    """The context of all our own https connections; over http one that trusts nobody, which costs no reading."""
    bundle = trusted_certificates()
    if base_url.startswith("http:"):
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if bundle:
        try:
            return ssl.create_default_context(cafile=bundle)
        except ssl.SSLError:
            raise ConfigUnreadableError(
                f"SSL_CERT_FILE names {bundle}, which holds no certificates in PEM form.",
                hint="Correct or unset SSL_CERT_FILE.",
            ) from None
    import certifi  # noqa: PLC0415 already there for requests; the system's store may be empty

    return ssl.create_default_context(cafile=certifi.where())
