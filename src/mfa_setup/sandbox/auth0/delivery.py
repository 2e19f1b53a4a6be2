"""Sends a tenant's codes through Twilio's API, with the configured SID, token and sender.

The sandbox calls its own Twilio API over HTTP, so a wrong token or a rejected text fails here as it fails in
production. A custom provider sends with the tenant's own code, which the sandbox does not have: its messages go to the
inbox.
"""

import html
import ssl
from dataclasses import dataclass, replace
from urllib.parse import quote

from mfa_setup.liquid import InvalidTemplateError
from mfa_setup.sandbox.auth0.notifications import Notification
from mfa_setup.sandbox.auth0.state import Tenant
from mfa_setup.sandbox.auth0.texts import Template
from mfa_setup.sandbox.site import Site

CUSTOM = "custom"
_HOOK = "phone-message-hook"
_NO_PROVIDER = "There is no phone provider for this tenant"


@dataclass(frozen=True, slots=True)
class Sender:
    """The Twilio account and the sender that a tenant is configured with.

    Attributes:
        sid: The account SID.
        token: The auth token.
        number: The From number, if one is set.
        service: The Messaging Service SID, if one is set.
    """

    sid: str
    token: str
    number: str | None = None
    service: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """The outcome of sending a message.

    Attributes:
        accepted: Whether Twilio accepted the message, which does not mean that it was delivered.
        code: Twilio's error code, or the HTTP status if Twilio gave none.
        message: Twilio's error message, or the reason why Twilio was not called.
        sid: The SID of the message.
    """

    accepted: bool
    code: int | None = None
    message: str | None = None
    sid: str | None = None


def sender(tenant: Tenant, *, unified: bool) -> Sender | None:
    """Returns the Twilio account of one of the tenant's phone stacks; None if none is configured or it is disabled."""
    if unified:
        provider = next(iter(tenant.providers.values()), None)
        if provider is None or provider["disabled"] or provider["name"] != "twilio":
            return None
        found = provider["configuration"]
        token = tenant.provider_tokens.get(provider["id"], "")
        return Sender(found["sid"], token, found.get("default_from"), found.get("mssid"))
    twilio = tenant.legacy.twilio
    if tenant.legacy.provider != "twilio" or not twilio.get("sid"):
        # not verified: what remains of the built-in sender (`auth0`); the sandbox has none
        return None
    token = twilio.get("auth_token") or ""
    return Sender(twilio["sid"], token, twilio.get("from"), twilio.get("messaging_service_sid"))


async def send_code(
    tenant: Tenant, template: Template, *, to: str, code: str, channel: str = "text", user_id: str | None = None
) -> Delivery:
    """Sends a code through the tenant's phone provider; logs `gd_send_sms` or `gd_send_sms_failure`.

    Args:
        tenant: The tenant.
        template: The text, and the template's own sender if it has one; the provider of its phone stack sends.
        to: The phone number of the recipient.
        code: The code, for texts that contain a placeholder for it.
        channel: `text` or `voice`.
        user_id: The ID of the user who owns the phone, if known.

    Returns:
        The outcome; failures are reported in it and not raised.
    """
    try:
        body, unified = template.with_code(tenant, code), template.unified
        result = await _deliver(tenant, template, body, to, channel, unified=unified)
    except InvalidTemplateError as error:
        # not verified: the service's behaviour for a template that is not valid Liquid; here nothing is sent
        result = Delivery(accepted=False, message=f"The template is invalid: {error}")
    _log(tenant, result, to, channel, user_id)
    return result


async def _deliver(tenant: Tenant, template: Template, body: str, to: str, channel: str, *, unified: bool) -> Delivery:
    if is_custom(tenant, unified=unified):
        # A custom provider runs the tenant's own code; the sandbox does not run it and treats the message as sent.
        tenant.notifications.append(Notification(to, body, channel, template.sender))
        return Delivery(accepted=True)
    account = sender(tenant, unified=unified)
    if account is None:
        return Delivery(accepted=False, message=_NO_PROVIDER)
    if template.sender:
        account = replace(account, number=template.sender, service=None)
    return await _post(tenant.site, account, to, body, channel)


def is_custom(tenant: Tenant, *, unified: bool) -> bool:
    """Whether the tenant's own code sends: a custom provider or, on the legacy stack, the phone-message hook."""
    if not unified:
        return tenant.legacy.provider == _HOOK
    provider = next(iter(tenant.providers.values()), None)
    return provider is not None and provider["name"] == CUSTOM and not provider["disabled"]


def _log(tenant: Tenant, result: Delivery, to: str, channel: str, user_id: str | None) -> None:
    kind = "sms" if channel == "text" else "voice"
    about = {"user_id": user_id} if user_id else {}
    # `details.authenticator` is in the published log schemas (sources: auth0-log-authenticator); not verified: its
    # values, and `to`
    details = {"to": to, "authenticator": {"id": None, "type": kind, "phone_number": to}}
    if result.accepted:
        sid = {"sid": result.sid} if result.sid else {}
        tenant.log(f"gd_send_{kind}", "Guardian - Second factor sent", about, **details, **sid)
        return
    # `details.provider_error.errorCode` is Twilio's (sources: auth0-log-codes). not verified: the other keys
    said = {"errorCode": result.code, "message": result.message}
    error = {name: value for name, value in said.items() if value is not None}
    tenant.log(f"gd_send_{kind}_failure", f"Guardian - {result.message}", about, **details, provider_error=error)


def _trust(site: Site) -> ssl.SSLContext:
    if site.ca_file is not None:
        return ssl.create_default_context(cafile=site.ca_file)
    # Over HTTP nothing is verified, and loading the default authorities takes a while.
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


async def _post(site: Site, account: Sender, to: str, body: str, channel: str) -> Delivery:
    import httpx  # noqa: PLC0415 - importing it takes a fifth of the start-up time, and few runs send codes

    form = {"To": to}
    if account.number:
        form["From"] = account.number
    if channel == "text":
        form |= {"Body": body} | ({"MessagingServiceSid": account.service} if account.service else {})
    else:
        form["Twiml"] = f"<Response><Say>{html.escape(body)}</Say></Response>"
    resource = "Messages" if channel == "text" else "Calls"
    path = f"/2010-04-01/Accounts/{quote(account.sid, safe='')}/{resource}.json"
    try:
        async with httpx.AsyncClient(base_url=site.url, trust_env=False, verify=_trust(site), timeout=10) as client:
            answer = await client.post(path, data=form, auth=(account.sid, account.token))
        said = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        return Delivery(accepted=False, message=f"{type(error).__name__}: {error}")
    if answer.is_success:
        return Delivery(accepted=True, sid=said.get("sid"))
    return Delivery(accepted=False, code=said.get("code", answer.status_code), message=said.get("message"))
