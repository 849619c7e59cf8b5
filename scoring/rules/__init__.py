"""The rulebook: what a company scores, how values become points, and what is wrong with its `rules.yaml`."""

from scoring.rules.comparing import Method
from scoring.rules.grades import Band, Bands, Grade, Linear, Segments
from scoring.rules.grading import because, direction, points, rule_points
from scoring.rules.lint import MetricFacts
from scoring.rules.reading import currency_in, time_zone_in
from scoring.rules.reference import default_text, docs_text, schema_text
from scoring.rules.rulebook import Rule, Rulebook, fingerprint, rules_hash
from scoring.rules.versions import Version, before, calendar_of, effective_on, in_force, read_versions, version

__all__ = [
    "Band",
    "Bands",
    "Grade",
    "Linear",
    "Method",
    "MetricFacts",
    "Rule",
    "Rulebook",
    "Segments",
    "Version",
    "because",
    "before",
    "calendar_of",
    "currency_in",
    "default_text",
    "direction",
    "docs_text",
    "effective_on",
    "fingerprint",
    "in_force",
    "points",
    "read_versions",
    "rule_points",
    "rules_hash",
    "schema_text",
    "time_zone_in",
    "version",
]
