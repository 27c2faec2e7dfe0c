"""What the pages call things: fields where an error speaks of them, and how calls ended."""

from web.pages.words import mark

LABELS = {
    "email": mark("E-mail"),
    "password": mark("Password"),
    "name": mark("Name"),
    "number": mark("Telephone number"),
    "timezone": mark("Time zone"),
    "language": mark("Language"),
    "hours": mark("Hours"),
    "date": mark("Date"),
    "note": mark("Note"),
    "exception": mark("That date"),
    "grid_min": mark("Appointments start every"),
    "notice_min": mark("Notice needed"),
    "days_ahead": mark("Days ahead"),
}

OUTCOMES = {
    None: mark("Live"),
    "completed": mark("Ended with a goodbye"),
    "transferred": mark("Put through"),
    "caller_hung_up": mark("The caller hung up"),
    "silence_timeout": mark("The caller fell silent"),
    "longest_call": mark("Ended by the longest time"),
    "carrier_lost": mark("The line broke"),
    "model_failed": mark("The voice failed"),
    "server_stopped": mark("The server was stopped"),
    "internal_error": mark("A fault of the server"),
    "interrupted": mark("The server went down"),
}
