"""What is a customer worth over the time they stay? One model a file."""
