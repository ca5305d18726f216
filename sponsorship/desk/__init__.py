"""The publisher's pages that gather."""
