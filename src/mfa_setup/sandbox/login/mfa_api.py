"""The MFA API: `/mfa/authenticators`, `/mfa/associate` and `/mfa/challenge` (docs, OpenAPI)."""

from typing import Any

from starlette.routing import Route

from mfa_setup.sandbox.auth0.client_auth import TokenRequest
from mfa_setup.sandbox.auth0.errors import OAuthError
from mfa_setup.sandbox.auth0.state import JSON
from mfa_setup.sandbox.login import factor, otp
from mfa_setup.sandbox.login.countries import masked, phone_number
from mfa_setup.sandbox.login.grants import client_for
from mfa_setup.sandbox.login.mfa_caller import Asked, served
from mfa_setup.sandbox.login.mfa_grants import OOB, new_oob, pending
from mfa_setup.sandbox.login.people import enrolled_phone, enrolments_of, new_recovery_code, people_of
from mfa_setup.sandbox.login.records import Channel

_TOO_MANY_SMS = "Too many SMS sent by the user. Wait for some minutes before retrying."


async def list_authenticators(asked: Asked) -> Any:
    """GET /mfa/authenticators: lists a phone once per channel, and the recovery code."""
    asked.identify("read:authenticators")
    found: list[JSON] = []
    for method in enrolments_of(asked.visit, asked.user_id):
        if method["type"] == "recovery-code":
            found.append({"id": method["id"], "authenticator_type": "recovery-code", "active": True})
            continue
        device, name = method["id"].rpartition("|")[2], masked(method["phone_number"])
        found += [
            {
                "id": f"{channel}|{device}",
                "authenticator_type": "oob",
                "oob_channel": channel,
                "name": name,
                "active": True,
            }
            for channel in factor.channels(asked.visit)
        ]
    return found


async def associate(asked: Asked) -> JSON:
    """POST /mfa/associate: starts the enrolment of a phone; the code in the `mfa-oob` grant completes it."""
    asked.identify("enroll")
    visit, body = asked.visit, asked.body
    if "oob" not in asked.words("authenticator_types"):
        # The service also enrols authenticator apps this way; the sandbox supports only phones.
        raise OAuthError(400, "invalid_request", "Unsupported authenticator_types")
    if asked.by_mfa_token and enrolled_phone(visit, asked.user_id):
        raise OAuthError(403, "access_denied", "User is already enrolled.")  # not verified: code and status
    ways = [way for way in factor.channels(visit) if way in asked.words("oob_channels")]
    if not ways:
        # not verified: text and status if the channel is disabled
        raise OAuthError(403, "unsupported_challenge_type", "The requested channel is not enabled.")
    number = phone_number("", str(body.get("phone_number") or ""))
    if number is None:
        raise OAuthError(400, "invalid_request", "Invalid phone_number")  # not verified: the text
    visit.note("gd_start_enroll", "Guardian - Enrollment started", user_id=asked.user_id)
    await _send(asked, number, ways[0], enrolling=True)
    answer: JSON = {"authenticator_type": "oob", "binding_method": "prompt", "oob_channel": ways[0]}
    if not people_of(visit).methods.get(asked.user_id):
        # not verified: whether there are codes if the recovery-code factor is disabled
        answer["recovery_codes"] = [new_recovery_code(visit, asked.user_id)]
    return answer | {"oob_code": new_oob(visit, asked.user_id, asked.token)}


async def remove(asked: Asked) -> None:
    """DELETE /mfa/authenticators/{id}: requires an access token (docs); 404 if it does not exist (OpenAPI)."""
    asked.identify("remove:authenticators")
    people = people_of(asked.visit)
    found = people.by_device(str(asked.path["id"]))
    if asked.by_mfa_token:
        raise OAuthError(401, "invalid_token", "An access token is required")  # not verified: text and code
    if found is None or found[0] != asked.user_id:
        raise OAuthError(404, "not_found", "Authenticator not found")
    people.drop(asked.user_id, found[1]["id"])
    asked.visit.note("gd_unenroll", "Guardian - Unenroll device account", user_id=asked.user_id)


async def challenge(asked: Asked) -> JSON:
    """POST /mfa/challenge: sends a code to the enrolled phone."""
    visit, body = asked.visit, asked.body
    token = str(body.get("mfa_token") or "")
    behind = pending(visit, token)
    fields = {name: str(value) for name, value in body.items() if value is not None}
    client_for(TokenRequest(visit.tenant, visit.issuer, fields), OOB)
    asked.user_id, asked.token = behind.granted.user_id, token
    types = str(body.get("challenge_type") or "oob").split()
    phone = enrolled_phone(visit, asked.user_id)
    if phone is None:
        text = "User is not enrolled. You can use /mfa/associate endpoint to enroll the first authenticator."
        raise OAuthError(403, "association_required", text)  # not verified: the status
    ways = factor.channels(visit)
    if "oob" not in types or not ways:
        raise OAuthError(401, "unsupported_challenge_type", f"Supported type: {'oob' if ways else 'none'}.")
    wanted = str(body.get("authenticator_id") or body.get("oob_channel") or phone["preferred_authentication_method"])
    channel = next((way for way in ways if way == wanted.partition("|")[0]), ways[0])
    await _send(asked, phone["phone_number"], channel, enrolling=False)
    code = new_oob(visit, asked.user_id, token)
    return {"challenge_type": "oob", "oob_code": code, "binding_method": "prompt"}


async def _send(asked: Asked, number: str, channel: Channel, *, enrolling: bool) -> None:
    sent = await otp.send(asked.visit, asked.user_id, number, channel, enrolling=enrolling)
    if sent == "limited":
        raise OAuthError(429, "too_many_attempts", _TOO_MANY_SMS)  # not verified: code and status
    if sent == "failed":
        # not verified: text and status if the provider rejects the message
        raise OAuthError(500, "server_error", "There was a problem sending the message.")


def routes() -> list[Route]:
    """Returns the routes of the MFA API; its codes are redeemed at the token endpoint."""
    return [
        Route("/mfa/authenticators", served(list_authenticators), methods=["GET"]),
        Route("/mfa/authenticators/{id}", served(remove), methods=["DELETE"]),
        Route("/mfa/associate", served(associate), methods=["POST"]),
        Route("/mfa/challenge", served(challenge), methods=["POST"]),
    ]
