"""What happened to each account: opening, movements and closing revenue, and moves on the ladder."""
