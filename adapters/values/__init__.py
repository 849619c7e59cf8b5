"""What does a cell stand for? Exact values of declared kinds, or a fault."""
