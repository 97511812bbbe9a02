"""What people, scripts and screens ask of a desk, read strictly and turned into commands of its one writer."""
