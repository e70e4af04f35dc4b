"""Facts and rules of unions, enterprises and persons. No IO, no clock: time and ids come in with the command."""
