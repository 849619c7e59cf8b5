"""How is something sent over the network? From here only, to whom it may be, and with an end to every wait."""
