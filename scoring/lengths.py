"""How many months are a quarter, and how many days a month?

Wherever lifetime value turns months into days or weeks, a month is a twelfth of 365.25 days.
"""

MONTHS_A_QUARTER = 3
MONTHS_A_YEAR = 12

DAYS_A_WEEK = 7
DAYS_A_YEAR = 365.25
DAYS_A_MONTH = DAYS_A_YEAR / MONTHS_A_YEAR
WEEKS_A_MONTH = DAYS_A_MONTH / DAYS_A_WEEK
