"""A saved plan: what `plan --out` writes, and what `up --plan` compares with the present state. It has no secrets."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from mfa_setup import __version__
from mfa_setup.model.base import Frozen, JsonValue
from mfa_setup.model.canonical import canonical
from mfa_setup.model.change import FieldChange
from mfa_setup.model.check import CheckStatus
from mfa_setup.model.desired import Desired
from mfa_setup.model.observed import Offer
from mfa_setup.model.types import Action, PhoneStack, ResourceName
from mfa_setup.model.write import WriteAction

FORMAT: Literal["mfa-setup plan"] = "mfa-setup plan"
SCHEMA_VERSION: Literal[1] = 1


class PlannedChange(Frozen):
    """The change of one resource, without the texts for people."""

    resource: ResourceName
    action: Action
    fields: tuple[FieldChange, ...]


class PlannedWrite(Frozen):
    """One write request of a plan; of the app's config file only the name, because its folder varies."""

    resource: ResourceName
    action: WriteAction
    target: str
    before: dict[str, JsonValue]
    after: dict[str, JsonValue]


class Planned(Frozen):
    """The plan of one tenant, with everything that must be the same when the plan is applied.

    Attributes:
        domain: The tenant's domain.
        audience: The audience of the tenant's Management API, which identifies the tenant.
        phone_stack: The tenant's phone stack.
        desired: The desired state, with the choices that a person made.
        changes: The changes of all resources.
        writes: The write requests, in order.
        checks: The status of each check of the delivery of codes, by its ID; empty if no policy demands codes.
        offer: The number to buy; None if none is bought.
    """

    domain: str
    audience: str
    phone_stack: PhoneStack
    desired: Desired
    changes: tuple[PlannedChange, ...]
    writes: tuple[PlannedWrite, ...]
    checks: dict[str, CheckStatus]
    offer: Offer | None


class GivenSettings(Frozen):
    """The settings that were given when a plan was made, by name.

    Attributes:
        flags: Those on the command line.
        variables: Those in environment variables.
        file: Those in the settings file, or in the tenant's section of the fleet file.
        defaults: Those in the defaults of the fleet file.
    """

    flags: dict[str, JsonValue] = Field(default_factory=dict)
    variables: dict[str, JsonValue] = Field(default_factory=dict)
    file: dict[str, JsonValue] = Field(default_factory=dict)
    defaults: dict[str, JsonValue] = Field(default_factory=dict)


class TenantPlan(Frozen):
    """The plan of one tenant, and the settings that it was made from."""

    settings: GivenSettings
    planned: Planned


class PlanFile(Frozen):
    """The content of a plan file.

    Attributes:
        format: The kind of the file.
        schema_version: The version of this form.
        tool_version: The version of mfa-setup that made the plan.
        command: The command that made the plan.
        plans: The plans: of `fleet plan` by the names of the tenants in the fleet file, of `plan` by the domain.
        digest: The SHA-256 hash of all other values, in hexadecimal digits.
    """

    format: Literal["mfa-setup plan"] = FORMAT
    schema_version: Literal[1] = SCHEMA_VERSION
    tool_version: str
    command: Literal["plan", "fleet plan"]
    plans: dict[str, TenantPlan]
    digest: str

    @classmethod
    def of(cls, command: Literal["plan", "fleet plan"], plans: Mapping[str, TenantPlan]) -> "PlanFile":
        """Creates the content of a plan file with its digest."""
        unsealed = cls(tool_version=__version__, command=command, plans=dict(plans), digest="")
        return unsealed.model_copy(update={"digest": digest_of(unsealed.model_dump(mode="json"))})

    @property
    def text(self) -> str:
        """The text of the file."""
        return json.dumps(self.model_dump(mode="json"), indent=2) + "\n"


def digest_of(content: Mapping[str, Any]) -> str:
    """Returns the digest of the content of a plan file: the same for the same values, whatever the order of the keys.

    Raises:
        ValueError: A number is not finite.
    """
    rest = {key: value for key, value in content.items() if key != "digest"}
    return hashlib.sha256(canonical(rest)).hexdigest()
