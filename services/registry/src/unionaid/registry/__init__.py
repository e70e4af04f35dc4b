"""Registry: who people and units are. The only service that resolves a person to identity."""
