"""The commands, one file for each family; importing this registers them in the order of the help."""

from mfa_setup.cli.commands import setup as setup  # isort: skip
from mfa_setup.cli.commands import look as look  # isort: skip
from mfa_setup.cli.commands import migrate as migrate  # isort: skip
from mfa_setup.cli.commands import undo as undo  # isort: skip
from mfa_setup.cli.commands import prove as prove  # isort: skip
from mfa_setup.cli.commands import login as login  # isort: skip
from mfa_setup.cli.commands import fleet as fleet  # isort: skip
from mfa_setup.cli.commands import config as config  # isort: skip
from mfa_setup.cli.commands import sandbox as sandbox  # isort: skip
from mfa_setup.cli.commands import demo as demo  # isort: skip
from mfa_setup.cli.commands import about as about  # isort: skip
