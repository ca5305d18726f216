"""Orders and bookings: hold, confirm, lapse, release; one slot, one occupant."""
