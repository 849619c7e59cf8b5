"""What of one system is what of another? Accounts and owners brought together by declared rules, never by guess."""

from adapters.joining.joined import joined

__all__ = ["joined"]
