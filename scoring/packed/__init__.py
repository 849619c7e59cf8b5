"""The revenue history of any number of lines, in whole numbers: what is fast and needs its reasons stays in here."""
