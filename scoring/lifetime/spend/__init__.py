"""What does an account spend per order? Its own mean, pulled towards everybody's."""
