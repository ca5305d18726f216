"""How a slot is shown, what an issue is checked for before it goes out, and how an editor's draft is filled."""
