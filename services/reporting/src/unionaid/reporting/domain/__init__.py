"""What reporting reads, and what a figure is. No IO, no clock."""
