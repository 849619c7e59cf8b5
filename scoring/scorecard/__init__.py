"""From measures to scores: a line per manager and rule, the total, what each account adds, and the cards."""
