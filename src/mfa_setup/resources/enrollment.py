"""Says how many users have a second factor, in one clause that plans, `status` and `doctor` share."""

from mfa_setup.errors import MfaSetupError, ScopeMissingError
from mfa_setup.model.observed import MOST_COUNTED, UserCount
from mfa_setup.snapshot.parts import NotReadError, Part


def enrollment(users: Part[UserCount], *, limited: bool = False) -> str:
    """Returns how many of the tenant's users have a second factor, or why that is not known; empty if nobody asked.

    Where the policy is `limited` to some of them, it says that the number is nevertheless that of the whole tenant.
    """
    match users:
        case NotReadError():
            return ""
        case ScopeMissingError():
            return "users with a second factor were not counted, which takes the scope read:users"
        case MfaSetupError():
            return "users with a second factor could not be counted"
    return _counted(users.total, users.enrolled, " of the whole tenant" if limited else "")


def clause(users: Part[UserCount], *, limited: bool = False) -> str:
    """Returns the number as the end of a sentence about who will be asked for a code; empty without users."""
    counted, nobody = enrollment(users, limited=limited), isinstance(users, UserCount) and not users.total
    return f"; {counted}" if counted and not nobody else ""


def _counted(total: int, enrolled: int | None, whole: str) -> str:
    if total > MOST_COUNTED:
        return f"users with a second factor were not counted, because there are more than {MOST_COUNTED:,} users"
    if enrolled is None:
        return f"`mfa-setup status` counts how many of the {total} users{whole} have a second factor"
    if total < 2:  # noqa: PLR2004 one user needs other words
        return f"the only user has {'a' if enrolled else 'no'} second factor" if total else "the tenant has no users"
    return f"{enrolled} of {total} users{whole} {'has' if enrolled == 1 else 'have'} a second factor"
