"""A rulebook of one rule, with the settings that a test is about."""

from scoring.rules import Rulebook

RULE = {"name": "keep", "metric": "logo_retention", "weight": 1, "grade": {"floor": 0.5, "target": 1}}


def rulebook(**settings: object) -> Rulebook:
    return Rulebook.model_validate({"name": "Test", "currency": "EUR", "rules": [RULE], **settings})
