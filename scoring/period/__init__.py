"""One period, from tables to the book that metrics and scores are made of: days, questions, worth."""
