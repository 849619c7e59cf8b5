"""How far does the evidence carry? Ranges of scores, and who can be told apart from the peers."""
