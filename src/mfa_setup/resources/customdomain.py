"""Keeps a custom domain of the tenant that the app's config file already contains."""

from dataclasses import replace

from mfa_setup.appconfig import ConfigFile
from mfa_setup.appconfig.file import host_of
from mfa_setup.model.observed import Application
from mfa_setup.model.outcome import Notice
from mfa_setup.snapshot.parts import known_or
from mfa_setup.snapshot.snapshot import Snapshot


def kept(config: ConfigFile, application: Application | None) -> ConfigFile:
    """The config file with the domain that it holds, if that is a custom one: it stands beside our client ID."""
    is_ours = application is not None and config.said["client_id"] == application.client_id
    return replace(config, domain=config.custom_domain) if is_ours and config.custom_domain else config


def may_be_in(found: Snapshot) -> bool:
    """Whether the app's config file holds one."""
    config = found.config
    return config is not None and any(kept(config, app) is not config for app in known_or(found.applications, ()))


def unlisted(config: ConfigFile, found: Snapshot) -> tuple[Notice, ...]:
    """A warning where the tenant's custom domains are known and the one in the file is not among them."""
    listed, host = known_or(found.custom_domains, None), host_of(config.domain)
    if listed is None or host in listed:
        return ()
    return (
        Notice(
            code="custom_domain_unlisted",
            message=f"{config.path} contains the domain {host} and a client ID of this tenant, but the tenant has no "
            f"custom domain {host}.",
            hint="Add the custom domain (Auth0 dashboard: Settings > Custom Domains). To use the tenant's own "
            f"domain instead, remove {host} from the file and run the command again.",
        ),
    )
