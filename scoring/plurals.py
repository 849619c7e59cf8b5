"""How is a count said? With the word for what is counted, which has no s at its end where that is one."""


def many(number: int, word: str) -> str:
    """As 1 account or 1,234 accounts."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"
