"""What registry shows of its own log, without identity; single things are read from their streams."""
