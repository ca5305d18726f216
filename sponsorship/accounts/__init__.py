"""People, sign-in, team roles, audit trail."""
