"""What is in store of one item of a fund, receipt by receipt."""
