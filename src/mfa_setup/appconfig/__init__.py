"""The app's own config file: where the single-page application reads its domain and client ID.

This package supports the React sample (`src/auth_config.json`), Vite (`.env.local`) and plain JSON.
"""

from mfa_setup.appconfig.file import ConfigFile as ConfigFile
from mfa_setup.appconfig.place import locate as locate
