"""What a webhook or a page has allowed: one call, for one business."""

from attrs import frozen

from engine.ports import Back


@frozen(kw_only=True)
class Grant:
    """What a signed webhook allowed: this call may stream, for this business."""

    call_sid: str
    business_id: int
    caller_number: str | None  # None if withheld
    back: Back | None = None  # why the caller is here again; None: the call begins
    test: bool = False  # an owner tries the receptionist: nothing of it counts
    session_id: int | None = None  # of the owner who rings from the pages; None: Twilio's
