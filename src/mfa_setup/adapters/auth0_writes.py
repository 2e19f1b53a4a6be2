"""What is written through the Auth0 Management API: each method is one request. A POST is never sent twice."""

from collections.abc import Mapping, Sequence
from typing import Any

from auth0.management import Auth0
from pydantic import SecretStr

from mfa_setup.adapters.auth0_answers import content, creating, gone_is_fine, provider_body, sdk_errors
from mfa_setup.model.observed import Provider, Template


class Auth0Writes:
    """Changes one tenant; every method may raise the errors of exit codes 4 and 5."""

    _api: Auth0

    def create_application(self, body: Mapping[str, Any]) -> str:
        """Creates an application and returns its client ID (`POST /clients`, never sent twice).

        Raises:
            OutcomeUnknownError: It may have been created.
        """
        with creating():
            return str(self._api.clients.create(**body).client_id)

    def update_application(self, client_id: str, body: Mapping[str, Any]) -> None:
        """Changes some fields of an application (`PATCH /clients/{id}`: a merge at top level, null clears)."""
        with sdk_errors():
            self._api.clients.update(client_id, **body)

    def delete_application(self, client_id: str) -> None:
        """Deletes an application; one that no longer exists is success (`DELETE /clients/{id}`)."""
        with gone_is_fine(), sdk_errors():
            self._api.clients.delete(client_id)

    def connect(self, connection_id: str, client_id: str, *, on: bool = True) -> None:
        """Lets an application use a connection, or not; the others stay (`PATCH /connections/{id}/clients`)."""
        with sdk_errors():
            self._api.connections.clients.update(
                connection_id,
                request=[{"client_id": client_id, "status": on}],
            )

    def set_factor(self, *, enabled: bool) -> None:
        """Enables or disables the `sms` factor (`PUT /guardian/factors/sms`)."""
        with sdk_errors():
            self._api.guardian.factors.set("sms", enabled=enabled)

    def set_message_types(self, types: Sequence[str]) -> None:
        """Sets the message types (`PUT /guardian/factors/phone/message-types`)."""
        with sdk_errors():
            self._api.guardian.factors.phone.set_message_types(message_types=list(types))

    def set_policies(self, policies: Sequence[str]) -> None:
        """Sets when MFA is required (`PUT /guardian/policies`)."""
        with sdk_errors():
            self._api.guardian.policies.set(request=list(policies))

    def create_provider(self, provider: Provider, token: SecretStr) -> str:
        """Creates the unified stack's provider and returns its ID (`POST /branding/phone/providers`, never sent twice).

        Raises:
            OutcomeUnknownError: It may have been created.
        """
        with creating():
            return str(self._api.branding.phone.providers.create(**provider_body(provider, token)).id)

    def update_provider(self, provider: Provider, token: SecretStr | None) -> None:
        """Writes the unified stack's provider whole (`PATCH /branding/phone/providers/{id}`)."""
        with sdk_errors():
            self._api.branding.phone.providers.update(str(provider.id), **provider_body(provider, token))

    def delete_provider(self, provider_id: str) -> None:
        """Deletes the unified stack's provider (`DELETE /branding/phone/providers/{id}`: 204, recorded)."""
        with gone_is_fine(), sdk_errors():
            self._api.branding.phone.providers.delete(provider_id)

    def set_twilio(self, provider: Provider, token: SecretStr | None) -> None:
        """Writes the legacy stack's Twilio settings whole (`PUT .../phone/providers/twilio`).

        All of them null unset it, for there is no DELETE. Not verified.
        """
        with sdk_errors():
            self._api.guardian.factors.phone.set_twilio_provider(
                from_=provider.sender,
                messaging_service_sid=provider.messaging_service_sid,
                auth_token=token.get_secret_value() if token else None,
                sid=provider.sid,
            )

    def select_provider(self, kind: str) -> None:
        """Chooses the legacy stack's provider (`PUT .../phone/selected-provider`)."""
        with sdk_errors():
            self._api.guardian.factors.phone.set_provider(provider=kind)

    def create_template(self, template: Template) -> str:
        """Creates a text of the unified stack and returns its ID (`POST /branding/phone/templates`); one for each type.

        Raises:
            OutcomeUnknownError: It may have been created.
        """
        kind: Any = template.kind
        with creating():
            created = self._api.branding.phone.templates.create(
                type=kind, content=content(template), disabled=template.disabled
            )
            return str(created.id)

    def update_template(self, template: Template) -> None:
        """Changes a text of the unified stack (`PATCH /branding/phone/templates/{id}`)."""
        with sdk_errors():
            self._api.branding.phone.templates.update(
                str(template.id), content=content(template), disabled=template.disabled
            )

    def delete_template(self, template_id: str) -> None:
        """Deletes a text of the unified stack: the default applies again (`DELETE .../templates/{id}`: 204)."""
        with gone_is_fine(), sdk_errors():
            self._api.branding.phone.templates.delete(template_id)

    def set_templates(self, enrollment: str, verification: str) -> None:
        """Writes the legacy stack's texts, always both (`PUT .../phone/templates`)."""
        with sdk_errors():
            self._api.guardian.factors.phone.set_templates(
                enrollment_message=enrollment, verification_message=verification
            )

    def send_test(self, provider_id: str, to: str) -> None:
        """Lets the tenant send a test SMS by its own provider, never sent twice (`POST …/providers/{id}/try`).

        The answer, 202, says that it was accepted, and nothing of its delivery (OpenAPI).

        Raises:
            OutcomeUnknownError: It may have been sent.
        """
        with sdk_errors():
            self._api.branding.phone.providers.test(provider_id, to=to, delivery_method="text")
