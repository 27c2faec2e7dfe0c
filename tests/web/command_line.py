"""The `frontdesk` command in this process, as a shell would run it in an empty environment."""

from click.testing import CliRunner

from tests.office.support import NUMBER
from web.cli import main

NAMES = (
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "FRONTDESK_PUBLIC_URL",
    "FRONTDESK_REALTIME_URL",
    "FRONTDESK_REALTIME_MODEL",
    "FRONTDESK_REALTIME_AUTH",
    "FRONTDESK_MAX_CALLS",
    "FRONTDESK_SET",
    "FRONTDESK_TOOLS",
    "FRONTDESK_PRICES",
    "FRONTDESK_LOG",
    "OPENAI_API_KEY",
)


def frontdesk(*arguments, **environment):
    """The exit code and everything that was printed."""
    nothing = dict.fromkeys(NAMES)
    result = CliRunner(env={**nothing, **environment}).invoke(main, [str(word) for word in arguments])
    return result.exit_code, result.output


def add(database, number=NUMBER, timezone="Europe/Berlin", *more, name="Salon"):
    """`frontdesk business add`."""
    return frontdesk(
        *("business", "add", name, "--number", number, "--timezone", timezone, "--database", database, *more)
    )


def error(printed):
    """The error of a command as one line, wherever click broke it."""
    code, output = printed
    assert "Traceback" not in output
    return code, f"\n{output}".partition("\nError: ")[2].strip().removeprefix("Invalid value for ")
