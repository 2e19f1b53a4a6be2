"""The state of the legacy phone stack."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class LegacyPhone:
    """The phone stack under `guardian/factors/phone`: provider, Twilio settings, templates."""

    provider: str = "auth0"  # recorded for a tenant that never chose one
    twilio: dict[str, Any] = field(default_factory=dict)
    templates: dict[str, Any] | None = None

    def snapshot(self) -> dict[str, Any] | None:
        """Returns the Twilio settings with the selected provider, or None if neither has ever been set."""
        if not self.twilio and self.provider == "auth0":
            return None
        return self.twilio | {"provider": self.provider}
