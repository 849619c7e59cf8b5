"""What does it cost to win customers, and to sell more to them? Salaries by team and quarter, campaigns for all."""

import polars as pl

from scoring.demo.world import TEAMS, World, quarter_name

_EURO_PER_ACCOUNT = {"Sales": 200, "Account Management": 60}
"""What each team spends a quarter, for each account of the company, by purpose."""
_CAMPAIGNS = 330


def costs(world: World) -> pl.DataFrame:
    """Quarter, purpose, team (none for campaigns, which are for all), whole euro; by quarter and team."""
    rows = []
    for quarter in world.scored_quarters:
        spent = [(purpose, team, each) for team in TEAMS for purpose, each in _EURO_PER_ACCOUNT.items()]
        for purpose, team, each in (*spent, ("Campaigns", None, _CAMPAIGNS)):
            varies = 0.8 + 0.4 * world.chance.single(f"cost of {purpose} in {team}", quarter)
            rows.append((quarter_name(quarter), purpose, team, int(each * world.accounts * varies)))
    return pl.DataFrame(
        rows, schema={"period": pl.String, "purpose": pl.String, "team": pl.String, "euro": pl.Int64}, orient="row"
    )
