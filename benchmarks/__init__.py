"""What the figures in docs/ are measured with."""
