"""Keeps a custom domain of the tenant that the app's config file already contains."""

from dataclasses import replace

from mfa_setup.appconfig import ConfigFile
from mfa_setup.appconfig.file import host_of
from mfa_setup.model.observed import Application
from mfa_setup.model.outcome import Notice
from mfa_setup.snapshot.parts import known_or
from mfa_setup.snapshot.snapshot import Snapshot


def kept(config: ConfigFile, application: Application | None) -> ConfigFile:
    """Returns the config file with its custom domain, if the file has one and our client ID; otherwise unchanged."""
    is_ours = application is not None and config.said["client_id"] == application.client_id
    return replace(config, domain=config.custom_domain) if is_ours and config.custom_domain else config


def may_be_in(found: Snapshot) -> bool:
    """Whether the app's config file contains a custom domain to keep."""
    config = found.config
    return config is not None and any(kept(config, app) is not config for app in known_or(found.applications, ()))


def unlisted(config: ConfigFile, found: Snapshot) -> tuple[Notice, ...]:
    """Returns a warning if the tenant's custom domains were read and the domain in the file is not among them."""
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
