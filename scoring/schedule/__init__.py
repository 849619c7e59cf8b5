"""When is it time? The alarm clock that wakes the digests, and nothing about what they say."""
