"""Relief: money and goods out, from the fund to the person who signs for it."""
