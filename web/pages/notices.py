"""What a page says about what was just done: named in the URL, so it survives the redirect and no more."""

from web.pages.words import mark

NOTICES = {
    "saved": mark("Saved."),
    "unchanged": mark("Nothing was changed."),
    "undone": mark("Taken back."),
    "not_undone": mark("This can't be taken back any more: something else has come in its place."),
    "gone": mark("That was done already."),
}
