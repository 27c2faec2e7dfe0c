"""What the pages call things: fields where an error speaks of them, and what happens in calls."""

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
    "notes": mark("Notes"),
    "time": mark("Time"),
    "which": mark("Which time"),
    "service": mark("Service"),
    "full_name": mark("Name"),
    "owner_phone": mark("Mobile for messages"),
    "retention_days": mark("Keep calls"),
    "current_password": mark("Present password"),
    "duration_min": mark("How long"),
    "buffer_before_min": mark("Kept free before"),
    "buffer_after_min": mark("Kept free after"),
    "price": mark("Price"),
    "notice": mark("Notice"),
    "greeting": mark("Greeting"),
    "trade": mark("What the business is"),
    "rules": mark("Rules"),
    "topic": mark("About"),
    "text": mark("What callers are told"),
    "people": mark("People"),
    "phone": mark("Telephone number"),
    "blocked": mark("Number to block"),
    "call_settings": mark("Call settings"),
}

# Of calls. By `nobody_answered` they are only looked for (storage/calls.py).
OUTCOMES = {
    None: mark("Live"),
    "completed": mark("Ended with a goodbye"),
    "transferred": mark("Put through"),
    "nobody_answered": mark("Nobody answered"),
    "caller_hung_up": mark("The caller hung up"),
    "silence_timeout": mark("The caller fell silent"),
    "only_music": mark("Only music on the line"),
    "machine_called": mark("A fax or a modem called"),
    "recording_called": mark("A recording called"),
    "owner_hung_up": mark("Hung up from here"),
    "longest_call": mark("Ended by the longest time"),
    "carrier_lost": mark("The line broke"),
    "model_failed": mark("The voice failed"),
    "server_stopped": mark("The server was stopped"),
    "internal_error": mark("A fault of the server"),
    "interrupted": mark("The server went down"),
}

# Of transfers that came to nothing, by Twilio's word for how they ended (storage/calls.py).
MISSED = {
    "no-answer": mark("Nobody answered"),
    "busy": mark("The person was on the phone"),
    "failed": mark("Couldn't be put through"),
    "canceled": mark("The caller hung up before anybody answered"),
}

# The same, where what is to be done about it is said.
UNREACHED = {
    "no-answer": mark("The caller asked for a person, and nobody picked up."),
    "busy": mark("The caller asked for a person, and their line was busy."),
    "failed": mark("The caller asked for a person, and couldn't be transferred."),
    "canceled": mark("The caller asked for a person, and hung up before anybody picked up."),
}

# Of calls whose caller was left in the middle (storage/trouble.py).
FAILURES = {
    "model_failed": mark("The AI voice failed, and the call ended."),
    "carrier_lost": mark("The line dropped."),
    "internal_error": mark("A server error ended the call."),
    "interrupted": mark("The server went down during the call."),
    "server_stopped": mark("The server was shut down during the call."),
}

TOOL_STATUSES = {
    None: mark("the call ended before it was known"),
    "ok": mark("done"),
    "refused": mark("refused"),
    "error": mark("failed"),
    "timeout": mark("took too long"),
    "cancelled": mark("stopped, because the caller spoke"),
}
