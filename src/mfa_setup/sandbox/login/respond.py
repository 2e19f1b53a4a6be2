"""Sends the answer of `/authorize` to the application: the response modes (OAuth 2.0, docs)."""

import json
import secrets
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from mfa_setup.sandbox.login.pages import render
from mfa_setup.sandbox.login.records import Target
from mfa_setup.sandbox.login.urls import origin_of, with_query

_FOUND = 302


def respond(target: Target, values: dict[str, str]) -> Response:
    """Sends `code` or `error`, with the application's own `state`, in the requested response mode."""
    values = values | ({"state": target.state} if target.state is not None else {})
    if target.response_mode == "web_message":
        return _web_message(target, values)
    if target.response_mode == "form_post":
        return _form_post(target, values)
    if target.response_mode == "fragment":
        return RedirectResponse(f"{target.redirect_uri}#{urlencode(values)}", _FOUND, headers=_NO_STORE)
    return RedirectResponse(with_query(target.redirect_uri, values), _FOUND, headers=_NO_STORE)


_NO_STORE = {"cache-control": "no-store"}


def _web_message(target: Target, values: dict[str, str]) -> Response:
    """Returns a page that posts the answer to the window that framed or opened it, and to no other origin."""
    nonce, origin = secrets.token_urlsafe(16), origin_of(target.redirect_uri)
    message = json.dumps({"type": "authorization_response", "response": values})
    # A `<` in the application's state must not end the script element.
    message, sender = (text.replace("<", "\\u003c") for text in (message, json.dumps(origin)))
    policy = f"default-src 'none'; script-src 'nonce-{nonce}'; base-uri 'none'; frame-ancestors {origin}"
    return render("web_message.html", policy=policy, nonce=nonce, message=message, origin=sender)


def _form_post(target: Target, values: dict[str, str]) -> Response:
    """Returns a form that submits itself, or by a button if scripts are disabled."""
    nonce = secrets.token_urlsafe(16)
    policy = (
        f"default-src 'none'; style-src 'self'; script-src 'nonce-{nonce}'; base-uri 'none'; frame-ancestors 'none';"
        f" form-action {origin_of(target.redirect_uri)}"
    )
    return render("form_post.html", policy=policy, nonce=nonce, action=target.redirect_uri, values=values)
