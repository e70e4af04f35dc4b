"""The rules of relief and the facts they stand on. No IO, no clock."""
