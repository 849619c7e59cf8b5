"""What people see: scorecards and the league page as self-contained HTML, with charts as SVG strings."""
