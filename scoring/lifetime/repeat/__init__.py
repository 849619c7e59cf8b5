"""How often will accounts order again, and have they stopped? Models of repeat orders, one a file."""
