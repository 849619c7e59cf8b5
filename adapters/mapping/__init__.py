"""What does sources.yaml make of a file? Lookups, filters, renames and formulas."""
