"""What do all commands share? How they are typed, where they work, how they answer and how that looks."""
