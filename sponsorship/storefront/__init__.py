"""Public and sponsors' pages that gather."""
