"""Charts as small pure functions that return SVG strings; each says in a sentence what it shows."""
