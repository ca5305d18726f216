"""Writes about orders and bookings. Whoever takes a slot does it here, and the database's index has the last word."""

from sponsorship.booking.services.challenge import (
    challenge_hold,
    withdraw_challenge,
    withdraw_challenges_of,
)
from sponsorship.booking.services.details import (
    give_details,
)
from sponsorship.booking.services.displace import (
    change_capacity,
    move_issue,
    resolve_displacement,
    resolve_when_over,
    restore_issue,
    retire_placement,
    skip_issue,
    surplus_slots,
)
from sponsorship.booking.services.hold import (
    book_manually,
    extend_hold,
    hold_again,
    hold_slots,
    lock_newsletter,
    slots_of,
)
from sponsorship.booking.services.imported import (
    import_order,
)
from sponsorship.booking.services.late import (
    take_equivalents,
)
from sponsorship.booking.services.make_good import (
    cancel_make_good,
    hold_make_good,
    owe_make_good,
)
from sponsorship.booking.services.merge import (
    merge_sponsors,
    sponsor_columns,
)
from sponsorship.booking.services.move import (
    Move,
    complete_move,
    move_booking,
    move_own_booking,
)
from sponsorship.booking.services.occupy import (
    lock_issues,
    name_slot,
)
from sponsorship.booking.services.order import (
    await_funds,
    cancel_bookings,
    cancel_order,
    confirm_order,
    enter_checkout,
    lapse_order,
    lapse_order_when_due,
    leave_checkout,
    release_claims,
    release_order,
)
from sponsorship.booking.services.placing import (
    check_placing,
    check_sponsor,
)
from sponsorship.booking.services.prices import (
    change_price,
    expire_credits,
    grant_credits,
)
from sponsorship.booking.services.promise import (
    decline_promise,
    hold_courtesy,
    take_promise,
)
from sponsorship.booking.services.proposal import (
    accept_proposal,
    decline_proposal,
    propose_order,
    remind_of_proposal,
    remind_of_proposal_when_due,
    withdraw_proposal,
)
from sponsorship.booking.services.remedies import (
    choose_remedy,
    keep_as_credit,
    reopen_displacement,
)
from sponsorship.booking.services.request import (
    accept_request,
    decline_request,
    propose_instead,
    send_request,
    set_sponsor_approval,
)
from sponsorship.booking.services.rhythm import (
    change_rhythm,
)
from sponsorship.booking.services.slot import (
    block_slot,
    book_archived,
    book_house,
    lapse_booking_when_due,
    release_booking,
    run_bookings,
    unblock_slot,
)
from sponsorship.booking.services.waiting import (
    close_over,
    join_waiting,
    leave_waiting,
    move_up,
    offer_free_slots,
    offer_freed,
    remove_waiting,
)

__all__ = [
    "Move",
    "accept_proposal",
    "accept_request",
    "await_funds",
    "block_slot",
    "book_archived",
    "book_house",
    "book_manually",
    "cancel_bookings",
    "cancel_make_good",
    "cancel_order",
    "challenge_hold",
    "change_capacity",
    "change_price",
    "change_rhythm",
    "check_placing",
    "check_sponsor",
    "choose_remedy",
    "close_over",
    "complete_move",
    "confirm_order",
    "decline_promise",
    "decline_proposal",
    "decline_request",
    "enter_checkout",
    "expire_credits",
    "extend_hold",
    "give_details",
    "grant_credits",
    "hold_again",
    "hold_courtesy",
    "hold_make_good",
    "hold_slots",
    "import_order",
    "join_waiting",
    "keep_as_credit",
    "lapse_booking_when_due",
    "lapse_order",
    "lapse_order_when_due",
    "leave_checkout",
    "leave_waiting",
    "lock_issues",
    "lock_newsletter",
    "merge_sponsors",
    "move_booking",
    "move_issue",
    "move_own_booking",
    "move_up",
    "name_slot",
    "offer_free_slots",
    "offer_freed",
    "owe_make_good",
    "propose_instead",
    "propose_order",
    "release_booking",
    "release_claims",
    "release_order",
    "remind_of_proposal",
    "remind_of_proposal_when_due",
    "remove_waiting",
    "reopen_displacement",
    "resolve_displacement",
    "resolve_when_over",
    "restore_issue",
    "retire_placement",
    "run_bookings",
    "send_request",
    "set_sponsor_approval",
    "skip_issue",
    "slots_of",
    "sponsor_columns",
    "surplus_slots",
    "take_equivalents",
    "take_promise",
    "unblock_slot",
    "withdraw_challenge",
    "withdraw_challenges_of",
    "withdraw_proposal",
]
