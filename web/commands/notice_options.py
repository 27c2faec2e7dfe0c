"""What callers are told first, as options of a command."""

from collections.abc import Callable

import click

from engine.prompt import notice as notices
from storage.records import Business


def _in_words(_context: click.Context, _parameter: click.Parameter, text: str | None) -> str | None:
    """Take the notice. A number is meant for the option that had this name before, and is refused."""
    if text is not None and text.strip().lstrip("+-").isdigit():
        raise click.BadParameter(
            f"is what callers are told first, in words; for a booking {text} minutes ahead give --min-notice"
        )
    return text


def _renamed(_context: click.Context, _parameter: click.Parameter, text: str | None) -> None:
    if text is not None:
        raise click.UsageError(
            "--disclosure is called --notice now; '' is the standard notice, --no-notice none"
        )


def options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options for what callers are told first: `notice`, None if not given, and `no_notice`."""
    for option in (
        click.option("--disclosure", hidden=True, expose_value=False, callback=_renamed),
        click.option("--no-notice", is_flag=True, help="Tell callers nothing first."),
        click.option(
            "--notice",
            callback=_in_words,
            help="What callers are told first, word for word; '' for the standard notice: that an automated "
            "assistant answers and, if it is, that the call is recorded.",
        ),
    ):
        command = option(command)
    return command


def given(text: str | None, *, none: bool) -> dict[str, str | None]:
    """Return the notice as a field of the business, if one was given or switched off."""
    if none and text is not None:
        raise click.UsageError("give --notice or --no-notice, not both")
    return {"notice": text} if none or text is not None else {}


def shown(business: Business) -> str:
    """Return what callers of the business are told first."""
    if business.notice is None:
        return "-"
    standard = notices.standard(business.language, recorded=business.keeps_audio)
    return business.notice or f"(the standard one) {standard}".rstrip()
