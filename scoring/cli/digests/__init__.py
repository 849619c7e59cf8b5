"""The commands by which digests go out: now, when they are due, and what became of them."""
