"""What happened since last time? Composed for each recipient from what they may see, and sent once."""
