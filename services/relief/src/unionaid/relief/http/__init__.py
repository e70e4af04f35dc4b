"""Routes of relief. Bodies are checked for their form in `bodies`; what they mean is judged by rules."""
