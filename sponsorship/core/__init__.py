"""What every package may use and which knows no feature."""
