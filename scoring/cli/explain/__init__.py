"""`bookscore explain`, and how each step of it is told."""
