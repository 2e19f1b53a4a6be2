"""Renders the login's pages: templates, their security headers, and the error page."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from starlette.responses import Response

from mfa_setup.sandbox.login.errors import PageError
from mfa_setup.sandbox.login.urls import origin_of

HERE = Path(__file__).parent
_templates = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, trim_blocks=True)

# Browsers apply a form's `form-action` to all redirects that follow it. The callback is one of them and may redirect
# again, so every loopback origin is allowed.
_LOOPBACK = " ".join(f"{scheme}://{host}:*" for scheme in ("http", "https") for host in ("localhost", "127.0.0.1"))
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none';"
    f" form-action 'self' {_LOOPBACK}"
)


def policy_for(redirect_uri: str) -> str:
    """Returns the content security policy of a page whose form ends at this callback."""
    parts = origin_of(redirect_uri) or redirect_uri.partition(":")[0] + ":"
    return f"{_POLICY} {parts}"


def render(name: str, status: int = 200, policy: str = _POLICY, **values: object) -> Response:
    """Renders a page that nothing may store; unless `policy` allows it, nothing may frame it or run in it."""
    texts = {key: Markup(value) if key in {"message", "origin"} else value for key, value in values.items()}  # noqa: S704
    text = _templates.get_template(name).render(**texts)
    headers = {
        "cache-control": "no-store",
        "content-security-policy": policy,
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }
    return Response(text, status, headers, "text/html")


def error_page(error: PageError) -> Response:
    """Renders the page for an error that cannot be sent to the application."""
    return render("error.html", error.status, title=error.title, text=error.message)
