"""What does one export file hold? Its rows as text under a checked header, whatever its format."""
