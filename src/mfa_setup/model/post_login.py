"""The post-login Actions of a tenant, as far as they decide who is asked for a code."""

from mfa_setup.model.base import Frozen
from mfa_setup.model.readiness import BoundAction, mfa_calls
from mfa_setup.model.scope import PolicyScope
from mfa_setup.model.scope_code import ACTION_NAME, ScopeCode, is_as_written, is_marked, read_code

TRIGGER, VERSION, RUNTIME = "post-login", "v3", "node22"
"""The trigger, its version and its runtime; every recorded tenant has them."""


class PostLoginAction(Frozen):
    """An Action of the post-login trigger, draft and deployed version (`GET /api/v2/actions/actions/{id}`).

    Attributes:
        id: The ID of the Action.
        name: The name of the Action.
        code: The code of the draft.
        status: The status of the draft, such as `built`.
        created_at: When the Action was created, as Auth0 formats the time.
        deployed_code: The code of the deployed version, which runs; None if no version is deployed.
        version_id: The ID of the deployed version.
    """

    id: str
    name: str
    code: str
    status: str = "built"
    created_at: str = ""
    deployed_code: str | None = None
    version_id: str | None = None

    @property
    def is_named_as_ours(self) -> bool:
        """Whether the Action has our name."""
        return self.name == ACTION_NAME

    @property
    def is_marked(self) -> bool:
        """Whether the code that counts has our marker."""
        return is_marked(self.effective)

    @property
    def is_ours(self) -> bool:
        """Whether mfa-setup created the Action, by its name or the marker in its code."""
        return self.is_named_as_ours or self.is_marked or is_marked(self.code)

    @property
    def effective(self) -> str:
        """The deployed code, which runs; the draft if nothing is deployed."""
        return self.code if self.deployed_code is None else self.deployed_code

    @property
    def is_deployed(self) -> bool:
        """Whether the draft is the deployed version. `all_changes_deployed` is not to be trusted everywhere."""
        return self.deployed_code == self.code

    def can_be_deployed_as(self, code: str) -> bool:
        """Whether the draft has this code, and its build did not fail; Auth0 builds a draft again if it is written."""
        return self.code == code and self.status != "failed"

    @property
    def made_of(self) -> ScopeCode | None:
        """The scope and the salt in the code; None if they cannot be read."""
        return read_code(self.effective)

    @property
    def is_unchanged(self) -> bool:
        """Whether the code is exactly what mfa-setup writes for the scope in it."""
        return is_as_written(self.effective)


class ScopeState(Frozen):
    """Our Action that limits the policy, and its place among the Actions that run at every login.

    Attributes:
        ours: The Actions that are ours; more than one is an error that a person must resolve.
        bound: The bindings of the trigger, in the order in which they run; empty if no Action is ours.
    """

    ours: tuple[PostLoginAction, ...] = ()
    bound: tuple[BoundAction, ...] = ()

    @property
    def action(self) -> PostLoginAction | None:
        """Our Action: the oldest with our name, or else one that runs with our marker, which was renamed.

        An Action with another name that does not run is a copy, which asks nobody.
        """
        bound = {one.id for one in self.bound}
        ours = (one for one in self.ours if one.is_named_as_ours or one.id in bound)
        return min(ours, key=lambda one: (not one.is_named_as_ours, one.created_at, one.id), default=None)

    @property
    def is_bound(self) -> bool:
        """Whether our Action is bound to the trigger."""
        return self.action is not None and self.action.id in {one.id for one in self.bound}

    @property
    def is_last(self) -> bool:
        """Whether our Action runs after all others."""
        return self.is_bound and self.action is not None and self.bound[-1].id == self.action.id

    @property
    def running(self) -> str | None:
        """The code that runs at every login; None if our Action is not deployed or not bound."""
        return self.action.deployed_code if self.action and self.is_bound else None

    @property
    def in_force(self) -> bool:
        """Whether our Action runs at every login, with code that can ask for MFA, ours or not."""
        return self.running is not None and bool(mfa_calls(self.running))

    @property
    def scope(self) -> PolicyScope | None:
        """The scope in our Action's code; None if there is no Action, or if its code lost the marker."""
        return self.action.made_of.scope if self.action and self.action.made_of else None

    @property
    def others(self) -> tuple[BoundAction, ...]:
        """The other bound Actions whose code can ask for MFA."""
        mine = {one.id for one in self.ours}
        return tuple(one for one in self.bound if one.id not in mine and one.calls)
