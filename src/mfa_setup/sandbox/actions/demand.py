"""What the Actions of one login have asked for: a second factor, and claims in the tokens.

(sources: auth0-actions-mfa)
"""

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from mfa_setup.sandbox.actions.runs import ApiCall

Provider: TypeAlias = Literal["any", "none", "guardian"]
_REQUEST = "authentication."


@dataclass(frozen=True, slots=True)
class FactorRequest:
    """A factor that the user must give or enrol before the next Action runs.

    Attributes:
        enrolls: Whether the user must enrol a factor rather than give one.
        types: The types of factors that are accepted, such as `phone`, the preferred one first.
        preferred: The preferred channel of a phone: `sms`, `voice`, `both`, or an empty string.
    """

    enrolls: bool
    types: tuple[str, ...]
    preferred: str = ""


@dataclass(slots=True)
class Demand:
    """What the Actions of one login have asked for so far.

    Attributes:
        provider: The provider of the last `multifactor.enable`; None if no Action called it.
        remembers: Whether that call allows the browser to be remembered.
        pending: Factors that are still to be given or enrolled, in order.
        requested: The number of factors that were requested by `challengeWith` and its kin.
        id_claims: Custom claims of the ID token.
        access_claims: Custom claims of the access token.
    """

    provider: Provider | None = None
    remembers: bool = False
    pending: list[FactorRequest] = field(default_factory=list)
    requested: int = 0
    id_claims: dict[str, Any] = field(default_factory=dict)
    access_claims: dict[str, Any] = field(default_factory=dict)

    @property
    def decides(self) -> bool:
        """Whether an Action has made any MFA call, which overrides the tenant's policy."""
        return self.provider is not None or self.requested > 0

    def requires(self, *, remembered: bool) -> bool | None:
        """Whether a second factor is required now; None if the tenant's policy decides.

        Requests for factors override `multifactor.enable`, which overrides the policy (docs).

        Args:
            remembered: Whether the browser is remembered for the user.
        """
        if self.requested:
            return bool(self.pending)
        if self.provider is None:
            return None
        return self.provider != "none" and not (remembered and self.remembers)

    def add(self, call: ApiCall) -> None:
        """Adds what one call asks for."""
        first, second = (*call.arguments, None, None)[:2]
        if call.function == "multifactor.enable":
            # not verified: that the last of several calls wins
            self.provider = first
            self.remembers = isinstance(second, dict) and second.get("allowRememberBrowser") is True
        elif call.function.startswith(_REQUEST):
            self.requested += 1
            self.pending.append(_request(call.function.removeprefix(_REQUEST), first, second))
        elif call.function == "idToken.setCustomClaim":
            self.id_claims[first] = second
        elif call.function == "accessToken.setCustomClaim":
            self.access_claims[first] = second


def _request(function: str, first: Any, second: Any) -> FactorRequest:
    """Reads `challengeWith(factor, {additionalFactors})`, `challengeWithAny(factors)` and the two for enrolling."""
    factors = [*first] if isinstance(first, list) else [first]
    if isinstance(second, dict) and isinstance(second.get("additionalFactors"), list):
        factors += [factor for factor in second["additionalFactors"] if isinstance(factor, dict)]
    options = next((factor.get("options") for factor in factors if factor.get("type") == "phone"), None)
    preferred = options.get("preferredMethod") if isinstance(options, dict) else ""
    types = tuple(str(factor.get("type")) for factor in factors)
    return FactorRequest(function.startswith("enroll"), types, str(preferred or ""))
