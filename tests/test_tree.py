"""Does every figure roll up the tree of managers?"""

from tabled import table

from scoring.credit.tree import branches

TREE = """
manager_id reports_to
Head       .
Lead       Head
X          Lead
Y          Lead
Z          Head
Alone      .
"""


def test_a_branch_is_a_head_with_everybody_below() -> None:
    pairs = branches(table("managers", TREE))
    below = {head: [m for m, b in pairs.iter_rows() if b == head] for head in pairs["branch"].unique()}
    assert below == {"Head": ["Head", "Lead", "X", "Y", "Z"], "Lead": ["Lead", "X", "Y"]}


def test_where_nobody_reports_to_anybody_there_is_no_branch() -> None:
    assert branches(table("managers", "manager_id reports_to\nX .\nY .")).is_empty()


def test_nobody_stands_twice_in_a_branch() -> None:
    pairs = branches(table("managers", TREE))
    assert pairs.is_duplicated().sum() == 0
