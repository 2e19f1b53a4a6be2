"""What the ID token of a test login proves, by the tenant's policy and its limits."""

from typing import Any

from mfa_setup.errors import LoginWithoutMfaError, MfaSetupError
from mfa_setup.model.observed import Application
from mfa_setup.model.outcome import Notice, Proof
from mfa_setup.model.post_login import ScopeState
from mfa_setup.prove.limits import Place, place_of
from mfa_setup.resources.policy_names import name_of
from mfa_setup.snapshot.parts import known, known_or
from mfa_setup.snapshot.snapshot import Snapshot

_SKIPPED = (
    "A post-login Action may skip MFA, the browser may have been remembered, or the policy may be too new. Try again "
    "in a private window."
)
_NOT_REQUIRED = "The login succeeded without a second factor, which the policy does not require for this login."
_PROVES_NOTHING = "This login proves nothing about MFA."
_REQUIRE = f"{_PROVES_NOTHING} To require MFA for every login, run `mfa-setup policy always`."


def verdict(
    claims: dict[str, Any], app: Application, found: Snapshot, seconds: float
) -> tuple[Proof | None, tuple[Notice, ...]]:
    """Judges a login by the policies and the limits that were read before it.

    Args:
        claims: The claims of the ID token.
        app: The application of the login.
        found: The snapshot with the policies and our Action; the latter may be an error.
        seconds: How long the login took, in seconds.

    Returns:
        The proof, and warnings. The proof is None if no second factor was used and none was required.

    Raises:
        LoginWithoutMfaError: No second factor was used, but the policy asks everyone, or its limits include the login.
    """
    amr = claims.get("amr")
    methods = tuple(str(item) for item in amr) if isinstance(amr, list) else ()
    place = _place(claims, app, found)
    if "mfa" not in methods:
        return None, (_without_mfa(found, place, app),)
    proof = Proof(subject=str(claims["sub"]), amr=methods, issued_at=int(claims["iat"]), seconds=round(seconds, 1))
    return proof, (_asked_outside(known(found.scope), place),) if place and place.inside is False else ()


def _place(claims: dict[str, Any], app: Application, found: Snapshot) -> Place | None:
    """Returns where the login is; None if no limits are known, or if a policy asks by itself."""
    action = known_or(found.scope, ScopeState()).action
    if known(found.policies) or action is None or action.made_of is None:
        return None
    return place_of(action.made_of, app, claims)


def _without_mfa(found: Snapshot, place: Place | None, app: Application) -> Notice:
    """Returns the warning about a login without a second factor.

    Raises:
        LoginWithoutMfaError: The login should have been asked for one.
    """
    if name_of(known(found.policies)) == "always":
        raise LoginWithoutMfaError(
            "The login succeeded without a second factor, although the policy requires one from every user.",
            hint=_SKIPPED,
        )
    if place is None:
        return _unlimited(found)
    if place.inside:
        raise _missing(known(found.scope), place)
    if place.inside is None:
        return _not_asked(
            f"The login succeeded without a second factor. Whether the policy should have asked for one is not known: "
            f"{place.why}, but the limits also depend on {place.hidden}, which mfa-setup cannot see in a login.",
            f"{_PROVES_NOTHING} If the user is within the limits, see the check scope_action of `mfa-setup doctor`.",
        )
    user = ", as a user within them" if place.scope.may_depend_on_user else ""
    return _not_asked(
        f"The login succeeded without a second factor, as it should: {place.why}.",
        f"To prove MFA, log in within the limits{user}: `{place.scope.proving_command(app.client_id)}`.",
    )


def _unlimited(found: Snapshot) -> Notice:
    """Returns the warning about a login without a second factor, if no limits can be compared with it."""
    if known(found.policies):
        return _not_asked(_NOT_REQUIRED, _REQUIRE)
    if isinstance(found.scope, MfaSetupError):
        unseen = f"{_NOT_REQUIRED} Whether a post-login Action of mfa-setup should have asked could not be read."
        return _not_asked(f"{unseen} {found.scope.message}", f"{_PROVES_NOTHING} Grant the scope read:actions.")
    if found.scope.action is None:
        return _not_asked(_NOT_REQUIRED, _REQUIRE)
    return _not_asked(
        "The login succeeded without a second factor. Whether the policy should have asked for one is not known: the "
        f'code of the post-login Action "{found.scope.action.name}" was changed and cannot be read.',
        f"{_PROVES_NOTHING} See the check scope_action of `mfa-setup doctor`.",
    )


def _missing(state: ScopeState, place: Place) -> LoginWithoutMfaError:
    idle = "" if state.in_force else " The Action that asks for it is not deployed or not bound."
    return LoginWithoutMfaError(
        f"The login succeeded without a second factor, although the policy asks {place.scope.who} for one: "
        f"{place.why}.{idle}",
        hint=f"See the check scope_action of `mfa-setup doctor`. {_SKIPPED}",
    )


def _asked_outside(state: ScopeState, place: Place) -> Notice:
    others = ", ".join(f'"{one.name}"' for one in state.others)
    what = f"These post-login Actions can ask for MFA as well: {others}." if others else "See `mfa-setup doctor`."
    return Notice(
        code="mfa_asked_outside",
        message=f"The login was asked for a second factor, although it is outside the policy's limits: {place.why}.",
        hint=f"Something other than mfa-setup's Action asks for MFA, or the limits changed during the login. {what}",
    )


def _not_asked(message: str, hint: str) -> Notice:
    return Notice(code="mfa_not_asked", message=message, hint=hint)
