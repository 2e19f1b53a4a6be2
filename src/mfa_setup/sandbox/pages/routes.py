"""The sandbox's pages: an overview of its state, and an inbox of the phones that its messages arrive at."""

import json
from itertools import islice
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from mfa_setup.sandbox.pages.phones import phones
from mfa_setup.sandbox.twilio import control
from mfa_setup.sandbox.twilio.snapshot import messages_json, sent_json, snapshot

_HERE = Path(__file__).parent
_ASSETS = {"style.css": "text/css", "live.js": "text/javascript", "icon.svg": "image/svg+xml"}
_RECENT = 50
_RECENT_MESSAGES = 10
_REQUIRED = {"all-applications": "always", "confidence-score": "adaptive"}
# Messages and names come from the sandbox's users, so only the sandbox's own files may run or load.
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none';"
        " form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
}
_templates = Environment(loader=FileSystemLoader(_HERE / "templates"), autoescape=True, trim_blocks=True)


def _page(name: str, **values: object) -> Response:
    text = _templates.get_template(name).render(**values)
    return Response(text, media_type="text/html", headers=_HEADERS)


async def _messages(request: Request) -> Response:
    return JSONResponse(sent_json(request.app.state.world.twilio), headers={"Cache-Control": "no-store"})


async def _inbox(request: Request) -> Response:
    world = request.app.state.world
    notifications = [one for tenant in world.tenants.values() for one in tenant.notifications]
    return _page("inbox.html", phones=phones(messages_json(world.twilio), world.twilio.calls, notifications))


def _tenant(domain: str, state: dict[str, Any]) -> dict[str, Any]:
    """Summarize a tenant for the overview."""
    provider = state["phone_provider"] or {}
    return {
        "domain": domain,
        "stack": state["phone_stack"],
        "required": ", ".join(_REQUIRED.get(policy, policy) for policy in state["policies"]) or "never",
        "factors": [name for name, on in state["factors"].items() if on],
        "provider": provider.get("name") or provider.get("provider"),
        "applications": [client["name"] for client in state["clients"]],
    }


async def _overview(request: Request) -> Response:
    world = request.app.state.world
    twilio = snapshot(world.twilio)
    return _page(
        "overview.html",
        tenants=[_tenant(domain, tenant.snapshot()) for domain, tenant in world.tenants.items()],
        account=twilio["account"],
        numbers=twilio["numbers"],
        purchases=twilio["purchases"],
        messages=twilio["messages"],
        recent_messages=_RECENT_MESSAGES,
        requests=[*islice(reversed(world.requests), _RECENT)],
        count=world.requested,
    )


async def _asset(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _ASSETS:
        return Response(json.dumps({"error": "no such file"}), status_code=404, media_type="application/json")
    return FileResponse(_HERE / "assets" / name, media_type=_ASSETS[name], headers=_HEADERS)


async def _slash(_: Request) -> Response:
    return RedirectResponse("/_sandbox/")


def routes() -> list[BaseRoute]:
    """Return the routes of the pages, and of the Twilio half's control calls."""
    return [
        Route("/_sandbox", _slash),
        Route("/_sandbox/", _overview),
        Route("/_sandbox/messages", _messages),
        Route("/_sandbox/inbox", _inbox),
        Route("/_sandbox/assets/{name}", _asset),
        *control.routes(),
    ]
