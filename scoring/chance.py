"""How seldom does chance give as many, or as few? Tails of the hypergeometric and the Poisson distribution."""

from math import exp, lgamma, log


def drawn_at_least(cases: int, of: int, all_cases: int, whole: int) -> float:
    """How likely it is to draw at least so many of `all_cases` among `whole`, when `of` are drawn (Fisher's test)."""
    most = min(of, all_cases)
    base = _log_choices(whole, of)
    return min(
        1.0,
        sum(
            exp(_log_choices(all_cases, i) + _log_choices(whole - all_cases, of - i) - base)
            for i in range(max(cases, of + all_cases - whole), most + 1)
        ),
    )


def counted_at_least(cases: int, expected: float) -> float:
    """How likely at least so many are where so many are expected, each by itself."""
    return max(0.0, 1.0 - counted_at_most(cases - 1, expected))


def counted_at_most(cases: int, expected: float) -> float:
    """How likely no more than so many are where so many are expected, each by itself."""
    if expected <= 0:
        return 1.0 if cases >= 0 else 0.0
    return sum(exp(i * log(expected) - expected - lgamma(i + 1)) for i in range(cases + 1))


def _log_choices(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
