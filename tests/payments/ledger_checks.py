"""Whether the books add up, asked of the database in plain SQL: shares no code with the product.

The numbers are those of the ledger's invariants; every test about money ends with `check_books`.
"""

from sqlalchemy import text
from sqlalchemy.orm import Session

FAULTS = {
    "I1 an entry's lines sum to zero": """
        SELECT e.key, SUM(l.amount_minor) FROM journal_entry e LEFT JOIN journal_line l ON l.entry_id = e.id
        GROUP BY e.id, e.key HAVING COALESCE(SUM(l.amount_minor), 1) <> 0""",
    "I2 the trial balance is zero in each currency, the memo pair for itself": """
        SELECT e.currency, SUM(l.amount_minor) FROM journal_line l JOIN journal_entry e ON e.id = l.entry_id
        GROUP BY e.currency, CASE WHEN l.account IN ('backlog', 'booked') THEN 1 ELSE 0 END HAVING SUM(l.amount_minor) <> 0""",
    "I3 between nothing and the net amount of a booking is deferred": """
        SELECT b.id, b.net_minor, SUM(l.amount_minor) FROM booking b JOIN journal_line l ON l.booking_id = b.id
        WHERE l.account = 'deferred' GROUP BY b.id, b.net_minor
        HAVING -SUM(l.amount_minor) < 0 OR -SUM(l.amount_minor) > b.net_minor""",
    "I4 what was sold, less what was credited, is deferred or earned": """
        SELECT b.id, b.net_minor, SUM(l.amount_minor) FROM booking b JOIN journal_line l ON l.booking_id = b.id
        WHERE l.account IN ('deferred', 'revenue', 'allowances', 'backlog') AND b.state IN ('confirmed', 'ran', 'cancelled')
        GROUP BY b.id, b.net_minor HAVING SUM(l.amount_minor) <> 0""",
    "I4 a live booking's price is no more than what was sold, and no less than what is left of it": """
        SELECT b.id, b.net_minor, SUM(l.amount_minor) FROM booking b JOIN journal_line l ON l.booking_id = b.id
        JOIN journal_entry e ON e.id = l.entry_id WHERE l.account = 'backlog' AND b.state IN ('confirmed', 'ran')
        GROUP BY b.id, b.net_minor HAVING SUM(l.amount_minor) > b.net_minor
          OR SUM(CASE WHEN e.kind = 'unbooked' THEN 0 ELSE l.amount_minor END) < b.net_minor""",
    "I5 of what ran, nothing is deferred": """
        SELECT b.id, SUM(l.amount_minor) FROM booking b JOIN journal_line l ON l.booking_id = b.id
        JOIN journal_entry e ON e.id = l.entry_id
        WHERE l.account = 'deferred' AND EXISTS (SELECT 1 FROM journal_entry r WHERE r.key = 'run:' || b.id)
        GROUP BY b.id HAVING SUM(l.amount_minor) <> 0""",
    "I6 what an invoice says is open is what the ledger says, and never negative": """
        SELECT i.number, i.net_minor + i.tax_minor - i.paid_minor - i.credited_minor, SUM(l.amount_minor) FROM invoice i
        JOIN journal_entry e ON e.order_id = i.order_id JOIN journal_line l ON l.entry_id = e.id AND l.account = 'ar'
        WHERE i.state IN ('open', 'paid') GROUP BY i.id, i.number, i.net_minor, i.tax_minor, i.paid_minor, i.credited_minor
        HAVING SUM(l.amount_minor) <> i.net_minor + i.tax_minor - i.paid_minor - i.credited_minor OR SUM(l.amount_minor) < 0""",
    "I6 nothing is owed on an invoice that is void or written off": """
        SELECT i.number, SUM(l.amount_minor) FROM invoice i JOIN journal_entry e ON e.order_id = i.order_id
        JOIN journal_line l ON l.entry_id = e.id AND l.account = 'ar' WHERE i.state IN ('void', 'uncollectible')
        GROUP BY i.id, i.number HAVING SUM(l.amount_minor) <> 0""",
    "I7 no more goes back than came in, receipt by receipt": """
        SELECT r.id, r.amount_minor FROM receipt r JOIN journal_line l ON l.receipt_id = r.id
        JOIN journal_entry e ON e.id = l.entry_id AND e.kind IN ('refunded', 'refund_failed')
        WHERE l.account IN ('stripe', 'bank') GROUP BY r.id, r.amount_minor
        HAVING -SUM(l.amount_minor) > r.amount_minor OR -SUM(l.amount_minor) < 0""",
    "I8 what is owed back is what the refunds that are not done come to": """
        SELECT owed, due FROM
        (SELECT COALESCE(SUM(amount_minor), 0) AS owed FROM refund WHERE state <> 'succeeded') a,
        (SELECT COALESCE(-SUM(amount_minor), 0) AS due FROM journal_line WHERE account = 'refund_due') b
        WHERE owed <> due""",
    "I9 unapplied money is never less than nothing, receipt by receipt": """
        SELECT receipt_id, SUM(amount_minor) FROM journal_line WHERE account = 'unapplied'
        GROUP BY receipt_id HAVING SUM(amount_minor) > 0 OR receipt_id IS NULL""",
    "I9 unapplied money is what is kept, receipt by receipt": """
        SELECT r.id, u.total, k.total FROM receipt r
        LEFT JOIN (SELECT receipt_id, -SUM(amount_minor) AS total FROM journal_line WHERE account = 'unapplied'
          GROUP BY receipt_id) u ON u.receipt_id = r.id
        LEFT JOIN (SELECT receipt_id, SUM(left_minor) AS total FROM kept_money GROUP BY receipt_id) k ON k.receipt_id = r.id
        WHERE COALESCE(u.total, 0) <> COALESCE(k.total, 0)""",
    "I11 no line of money stands without a booking, a receipt or an invoice's tax": """
        SELECT e.key, l.account FROM journal_line l JOIN journal_entry e ON e.id = l.entry_id
        WHERE l.booking_id IS NULL AND l.receipt_id IS NULL AND l.account NOT IN ('ar', 'tax', 'backlog', 'booked')""",
    "the dispute hold is what open disputes hold": """
        SELECT d.id, d.is_money_gone, d.state, SUM(l.amount_minor) FROM dispute d JOIN journal_line l
        ON l.receipt_id = d.receipt_id AND l.account = 'dispute_hold' GROUP BY d.id, d.is_money_gone, d.state
        HAVING (SUM(l.amount_minor) <> 0) <> (d.is_money_gone AND d.state <> 'lost')""",
    "I12 a receipt stands once in the books, at its amount": """
        SELECT r.id, r.amount_minor FROM receipt r LEFT JOIN journal_line l ON l.receipt_id = r.id
        AND l.account IN ('stripe', 'bank') AND l.entry_id IN
          (SELECT id FROM journal_entry WHERE kind IN ('received', 'late_money'))
        GROUP BY r.id, r.amount_minor HAVING COALESCE(SUM(l.amount_minor), 0) <> r.amount_minor""",
    "I13 a slot has one occupant": """
        SELECT slot_id, COUNT(*) FROM booking WHERE state IN ('held', 'confirmed', 'ran') GROUP BY slot_id
        HAVING COUNT(*) > 1""",
    "I14 nothing is earned before its issue's day": """
        SELECT e.key FROM journal_entry e JOIN journal_line l ON l.entry_id = e.id AND l.account = 'revenue'
        JOIN booking b ON b.id = l.booking_id JOIN slot s ON s.id = b.slot_id JOIN issue i ON i.id = s.issue_id
        WHERE (e.effective_on < i.publish_on OR i.state <> 'sent') AND b.state <> 'cancelled'""",
    "I15 an entry has one currency: its receipt's, or its order's": """
        SELECT e.key FROM journal_entry e JOIN purchase_order o ON o.id = e.order_id
        JOIN journal_line l ON l.entry_id = e.id LEFT JOIN receipt r ON r.id = l.receipt_id
        WHERE e.currency <> COALESCE(r.currency, o.currency)""",
    "booked is collected, outstanding and written off, booking by booking": """
        SELECT l.booking_id FROM journal_line l JOIN journal_entry e ON e.id = l.entry_id WHERE l.booking_id IS NOT NULL
        GROUP BY l.booking_id
        HAVING SUM(CASE WHEN l.account = 'backlog' THEN l.amount_minor ELSE 0 END)
          <> SUM(CASE WHEN l.account IN ('ar', 'bad_debt', 'dispute_loss') THEN l.amount_minor ELSE 0 END)
           - SUM(CASE WHEN l.account = 'ar' AND e.kind IN ('received', 'applied') THEN l.amount_minor ELSE 0 END)
           + SUM(CASE WHEN l.account IN ('refund_due', 'unapplied', 'dispute_hold') THEN l.amount_minor ELSE 0 END)""",
    "a confirmed sale has an invoice, and an invoice a confirmed sale": """
        SELECT o.number FROM purchase_order o LEFT JOIN invoice i ON i.order_id = o.id
        WHERE (o.state = 'confirmed') <> (i.id IS NOT NULL) AND o.state NOT IN ('cancelled', 'refunding', 'refunded')""",
}


def broken_rules(session: Session) -> dict[str, list[object]]:
    """Return the invariants that do not hold in what this session sees, with the rows that break them."""
    return {name: rows for name, sql in FAULTS.items() if (rows := list(session.execute(text(sql)).all()))}


def check_books(session: Session) -> None:
    """Fail with every invariant of the ledger that does not hold, and the rows that break it."""
    session.rollback()
    broken = broken_rules(session)
    session.rollback()
    assert not broken, "\n".join(f"{name}: {rows}" for name, rows in broken.items())
