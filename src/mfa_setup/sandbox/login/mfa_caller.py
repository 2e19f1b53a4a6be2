"""Identifies the caller of the MFA API: by the `mfa_token` of a waiting login, or by an access token for it (docs)."""

from collections.abc import Awaitable, Callable
from typing import Any

import jwt
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from mfa_setup.sandbox.auth0.errors import OAuthError
from mfa_setup.sandbox.auth0.state import JSON
from mfa_setup.sandbox.login import audiences
from mfa_setup.sandbox.login.visit import Visit, visit_of
from mfa_setup.sandbox.payloads import read_json


class Asked:
    """A call of the MFA API.

    Attributes:
        visit: The visit of the request.
        body: The JSON object or form in the request's body.
        token: The bearer token of the request.
        path: The path parameters.
        user_id: The ID of the user whose factors the call concerns.
        by_mfa_token: Whether the bearer token is an `mfa_token` rather than an access token.
    """

    def __init__(self, visit: Visit, body: JSON, token: str, path: JSON) -> None:
        self.visit = visit
        self.body = body
        self.token = token
        self.path = path
        self.user_id = ""
        self.by_mfa_token = False

    def words(self, name: str) -> list[str]:
        """Returns a list from the body, or the words of a string, which forms send instead."""
        value = self.body.get(name) or []
        return [str(item) for item in value] if isinstance(value, list) else str(value).split()

    def identify(self, scope: str) -> None:
        """Identifies the user by the `mfa_token`, or by an access token for the MFA API with this scope.

        Raises:
            OAuthError: 401 for a bearer token that is neither; 403 `insufficient_scope` for a missing scope.
        """
        if (behind := self.visit.login.pending.get(self.token)) is not None:
            self.user_id, self.by_mfa_token = behind.granted.user_id, True
            return
        try:
            claims = self.visit.tenant.key.claims(self.token, (audiences.mfa_audience(self.visit),))
        except jwt.InvalidTokenError as error:
            # not verified: text and status
            raise OAuthError(401, "invalid_grant", "Malformed mfa_token") from error
        if scope not in str(claims.get("scope", "")).split():
            raise OAuthError(403, "insufficient_scope", f"Insufficient scope, expected any of: {scope}")
        self.user_id = str(claims["sub"])


def served(handler: Callable[[Asked], Awaitable[Any]]) -> Callable[[Request], Awaitable[Response]]:
    """Wraps a handler of the MFA API as an endpoint: reads JSON or a form, answers JSON or 204."""

    async def serve(request: Request) -> Response:
        token = request.headers.get("authorization", "").partition(" ")[2].strip()
        try:
            visit = await visit_of(request)
            asked = Asked(visit, visit.form or _object(await request.body()), token, request.path_params)
            answer = await handler(asked)
            if answer is None:
                return Response(status_code=204)
            return JSONResponse(answer, headers={"cache-control": "no-store"})
        except OAuthError as error:
            return error.response()

    return serve


def _object(raw: bytes) -> JSON:
    try:
        body = read_json(raw) if raw else {}
    except ValueError as error:
        raise OAuthError(400, "invalid_request", "Invalid request payload") from error
    if not isinstance(body, dict):
        raise OAuthError(400, "invalid_request", "Invalid request payload")
    return body
