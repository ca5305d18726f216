"""What the proofs about money share: a product to break, a provider beside it, and a checker that knows neither's code."""
