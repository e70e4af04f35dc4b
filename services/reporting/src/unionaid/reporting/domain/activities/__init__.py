"""Activities of relief as reporting sees them: goods handed out, and training."""
