"""The rules of the made companies in tests: six, on purpose with some that rise and fall together."""

from scoring import rules

SIX = """\
rules:
  - name: grow_revenue
    metric: net_revenue_retention
    weight: 30
    grade: {floor: 85%, target: 110%}

  - name: keep_revenue
    metric: gross_revenue_retention
    weight: 25
    grade: {floor: 75%, target: 97%}
    segments:                     # other customers, other targets; the rest keeps the grade above
      by: segment
      grades:
        Enterprise: {floor: 85%, target: 99%}
        SMB: {floor: 65%, target: 92%}

  - name: keep_customers
    metric: logo_retention
    weight: 15
    grade: {floor: 75%, target: 97%}

  - name: grow_each_customer
    metric: like_for_like_growth
    weight: 10
    grade:
      bands:
        - {from: 12%, points: 100}
        - {from: 6%, points: 75}
        - {from: 0%, points: 50}
        - {from: -5%, points: 25}  # what is worse than that gives 0

  - name: climb_the_ladder
    metric: tier_up_rate
    weight: 10
    grade: {floor: 0%, target: 20%}

  - name: grow_lifetime_value
    metric: lifetime_value_growth # of the accounts there at the start: who left, who stays longer, who pays more
    weight: 10
    grade: {floor: -15%, target: 20%}

"""
_FEWEST = (
    "# min_n:                          # accounts below which a metric has no value\n#   gross_revenue_retention: 5\n"
)


def six_rules() -> str:
    """The default rulebook with these rules instead of its own."""
    head, rest = rules.default_text().split("rules:\n  - name", 1)
    _, tail = rest.split("# ---- When", 1)
    assert _FEWEST in tail
    return f"{head}{SIX}# ---- When{tail}".replace(_FEWEST, "min_n:\n  logo_retention: 5\n")
