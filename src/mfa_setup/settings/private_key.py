"""Checks the private key of an application, and describes the problem if it is unusable."""

from pydantic import SecretStr

from mfa_setup.errors import InvalidValueError

_VARIABLE = "AUTH0_CLIENT_ASSERTION_PRIVATE_KEY"
_FORM = "Provide an RSA private key in PEM format, from -----BEGIN PRIVATE KEY----- to -----END PRIVATE KEY-----."


def check_private_key(key: SecretStr) -> None:
    """Refuses anything but an RSA private key in PEM format.

    Raises:
        InvalidValueError: The key is unusable; the message describes the problem and contains no part of the key.
    """
    text = key.get_secret_value()
    if "PUBLIC KEY-----" in text or "CERTIFICATE-----" in text:
        what = "a public key" if "PUBLIC KEY" in text else "a certificate"
        raise InvalidValueError(
            f"{_VARIABLE} contains {what} instead of a private key.",
            hint=f"{_FORM} Auth0 stores the public key; the private key is in the file that was generated with it.",
        )
    if r"\n" in text:
        raise InvalidValueError(
            rf"{_VARIABLE} contains the two characters \n instead of line breaks.",
            hint=f"Write the key to a file with real line breaks, and pass --private-key-file PATH. {_FORM}",
        )
    if problem := _problem(text):
        raise InvalidValueError(f"The private key in {_VARIABLE} {problem}.", hint=_FORM)


def _problem(text: str) -> str | None:
    """Returns the problem with a key in PEM format; None if the key can be used to sign."""
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 needed only if a key is given
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

    try:
        key = load_pem_private_key(text.encode(), password=None)
    except TypeError:
        return "is encrypted with a password"
    except (ValueError, UnsupportedAlgorithm):
        return "cannot be read"
    return None if isinstance(key, RSAPrivateKey) else "is not an RSA key"
