"""An employing unit (用人單位), known by its unified social credit code."""
