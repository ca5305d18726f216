"""What the proofs share: the product on a database of its own, buyers who speak HTTP, options, and a market to buy at."""
