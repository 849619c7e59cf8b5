"""The commands that hold one thing against another: runs, rules, teams, forecasts. Each, and how it is told."""
