"""The demo: the whole job on the sandbox, to the proof, without any account."""

from mfa_setup.cli.app import command
from mfa_setup.cli.commands.sandbox import WORLD, running
from mfa_setup.cli.context import CommandContext
from mfa_setup.cli.options import Call
from mfa_setup.errors import InvalidValueError
from mfa_setup.model.results import DemoResult


@command("demo", own=WORLD, shows=DemoResult)
def demo(call: Call, context: CommandContext) -> int:
    """Run the whole setup on the sandbox, without any account.

    Starts the sandbox, sets everything up as `mfa-setup up` does, and logs in: signs up, enrols a phone, reads
    the SMS, enters its code, and shows what the ID token proves. At a terminal it then keeps running and shows a
    link for your own login. Options simulate common failures.

    \b
    Examples:
      mfa-setup demo
      mfa-setup demo --phone-stack legacy
      mfa-setup demo --number-registration unregistered  the code never arrives
    """
    from mfa_setup.demo.play import play  # noqa: PLC0415 the engine, which help does not need

    if call.common.config is not None:
        raise InvalidValueError("The demo reads no settings file.", hint="Leave --config out.")
    with running(call, 0) as server:
        play(call, context, server.ready())
    return 0
