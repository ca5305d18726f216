"""Companies that advertise, and the people who act for them."""
