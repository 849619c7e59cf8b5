"""`bookscore run`, and how it is told."""
