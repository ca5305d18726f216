"""What the demo is about: its newsletter, forty-two sponsors, their copy, and who runs when. All invented."""
