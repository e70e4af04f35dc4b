"""Bodies of registry's requests: their form alone; what they mean is judged by rules."""
