"""`bookscore review` and its commands."""
