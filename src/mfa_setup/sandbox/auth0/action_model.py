"""An Action with its draft and versions (sources: auth0-actions-api).

A draft is built after every change, and only a built draft can be deployed.
"""

import uuid
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from mfa_setup.sandbox.auth0.ids import moment

JSON: TypeAlias = dict[str, Any]

BUILT, FAILED = "built", "failed"
SETTLES_AFTER = 2.0
"""Seconds after which a build or a deployment is finished even if nobody has read the Action."""
_VERSIONS_KEPT = 50  # (sources: auth0-actions-limits)


@dataclass(frozen=True, slots=True)
class Secret:
    """The value of a secret, which no answer shows, and the time at which it was set."""

    value: str
    updated_at: str


@dataclass(frozen=True, slots=True)
class Content:
    """What a draft and a version consist of; a change replaces it.

    Attributes:
        code: The source code.
        runtime: The Node.js runtime, such as `node22`.
        triggers: The trigger and its version, as the API shows them.
        dependencies: The npm packages, as the API shows them.
        secrets: The secrets by name.
        modules: The Action modules, as the API shows them; the API of modules is off in every tenant of the sandbox.
    """

    code: str
    runtime: str
    triggers: list[JSON]
    dependencies: list[JSON] = field(default_factory=list)
    secrets: dict[str, Secret] = field(default_factory=dict)
    modules: list[JSON] = field(default_factory=list)


@dataclass(slots=True)
class Version:
    """A version of an Action: the deployed one, or an earlier one.

    Attributes:
        id: The ID of the version.
        number: Its number, from 1.
        content: What was deployed.
        created_at: The time of the request to deploy.
        built_at: The time at which the deployment had finished; empty until then.
        updated_at: The time of the last change.
    """

    id: str
    number: int
    content: Content
    created_at: str
    built_at: str = ""
    updated_at: str = ""


@dataclass(slots=True)
class Progress:
    """The progress of a build or a deployment, which advances with each read of the Action and finishes after a time.

    Attributes:
        started: The time of its start, on the state's clock.
        steps: The statuses that the next reads show; empty when it has finished.
    """

    started: float
    steps: list[str]


@dataclass(slots=True)
class Action:
    """An Action with its draft and versions.

    Attributes:
        id: The ID of the Action.
        name: Its name, which need not be unique.
        created_at: The time of its creation.
        updated_at: The time of the last change of the Action, as its bindings show it.
        content: The draft.
        drafted_at: The time of the last change of the draft.
        status: The status of the draft's build.
        build: The progress of the build.
        deploys_when_built: Whether the draft is deployed as soon as it is built.
        versions: The versions, oldest first.
        deployed: The version that runs; None before the first deployment.
        deployment: The progress of the last deployment; None if it has finished.
        numbered: The number of the last version.
    """

    id: str
    name: str
    created_at: str
    updated_at: str
    content: Content
    drafted_at: str
    build: Progress
    status: str = "pending"
    deploys_when_built: bool = False
    versions: list[Version] = field(default_factory=list)
    deployed: Version | None = None
    deployment: Progress | None = None
    numbered: int = 0

    def deploy(self, content: Content, clock: float) -> Version:
        """Creates the next version, which runs once the deployment has finished; returns it.

        Beyond fifty versions the oldest one is deleted.
        """
        self.finish_deployment()
        self.numbered += 1
        now = moment()
        version = Version(str(uuid.uuid4()), self.numbered, content, now, updated_at=now)
        self.versions.append(version)
        if len(self.versions) > _VERSIONS_KEPT:
            del self.versions[0]  # The deployed version is the last but one, so it is never deleted.
        self.deployment = Progress(clock, [BUILT])
        return version

    def finish_deployment(self) -> None:
        """Finishes the deployment of the last version, if it is still in progress."""
        if self.deployment is not None:
            self.deployed, self.deployment = self.versions[-1], None
            self.deployed.built_at = moment()
            self.deployed.updated_at = moment()

    def read(self, clock: float) -> None:
        """Advances the deployment and the build by one read."""
        self.finish_deployment()
        if self.build.steps:
            self._reach(self.build.steps.pop(0), clock)

    def settle(self, clock: float) -> None:
        """Finishes the deployment and the build if they have taken long enough."""
        if self.deployment is not None and clock - self.deployment.started >= SETTLES_AFTER:
            self.finish_deployment()
        if self.build.steps and clock - self.build.started >= SETTLES_AFTER:
            last = self.build.steps[-1]
            self.build.steps.clear()
            self._reach(last, clock)

    def _reach(self, status: str, clock: float) -> None:
        self.status = status
        if status == BUILT and self.deploys_when_built:
            self.deploys_when_built = False
            self.deploy(self.content, clock)

    @property
    def is_deployed_as_drafted(self) -> bool:
        """Whether the draft equals the deployed version."""
        return self.deployed is not None and self.deployed.content == self.content
