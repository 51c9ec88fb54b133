"""What `doctor` looks at. A check finds out one thing and changes nothing."""
