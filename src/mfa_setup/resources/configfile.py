"""The app's config file, as part of the application: written, and put back."""

from mfa_setup import appconfig
from mfa_setup.model.journal import Fields
from mfa_setup.resources.base import Services


def write(services: Services, config: appconfig.ConfigFile, client_id: str) -> None:
    """Writes the file unless it is right already; of what it held the journal keeps the two values alone."""
    if config.is_right(client_id):
        return
    found = appconfig.values(config.path, config.text)
    before: Fields = {"existed": config.text is not None, **found}
    text = config.rendered(client_id)
    after: Fields = {"digest": appconfig.digest(text), **appconfig.values(config.path, text)}
    with services.journal.write("application", "write_config", str(config.path.resolve()), before, after):
        config.write(client_id)
