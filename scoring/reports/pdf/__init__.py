"""What goes on paper? A card, and the book of a quarter, as tagged PDF: pure functions of what was computed."""

from scoring.reports.pdf.documents import book_pdf, card_pdf
from scoring.reports.pdf.engine import made_with
from scoring.reports.pdf.review import Comment, Review, Signature

__all__ = ["Comment", "Review", "Signature", "book_pdf", "card_pdf", "made_with"]
