"""Who qualifies: rules in CEL over listed attributes, read and checked here, never run as code."""
