"""What a page says about what was just done: named in the URL, so it survives the redirect and no more."""

from web.pages.words import mark

NOTICES = {
    "saved": mark("Saved."),
    "unchanged": mark("Nothing was changed."),
    "undone": mark("Taken back."),
    "not_undone": mark("This can't be taken back any more: something else has come in its place."),
    "services_added": mark("Added. Change whatever is different at your business."),
    "hung_up": mark("The call is being ended."),
    "tests_removed": mark("The test calls and what was booked on them are gone."),
    "gone": mark("That was done already."),
    "feed_made": mark("The link is ready. Copy it into your calendar program."),
    "feed_stopped": mark("The link leads nowhere any more."),
    "password_changed": mark("Your password is changed, and you are signed out everywhere else."),
    "signed_out": mark("Signed out."),
    "access_taken": mark("Access is taken away."),
    "erased": mark("Erased."),
}
