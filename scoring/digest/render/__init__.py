"""How is a digest written? As plain text, as a mail, as blocks of two chat systems, and as data."""

from scoring.digest.render.data import data
from scoring.digest.render.html import html
from scoring.digest.render.messages import message
from scoring.digest.render.slack import slack
from scoring.digest.render.teams import teams
from scoring.digest.render.text import text

__all__ = ["data", "html", "message", "slack", "teams", "text"]
