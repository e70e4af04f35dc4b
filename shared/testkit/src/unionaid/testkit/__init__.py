"""What tests of the product share; never shipped."""
