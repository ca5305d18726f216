"""What the desk's pages say, and which acts a docket offers: pure functions, told everything they need."""
