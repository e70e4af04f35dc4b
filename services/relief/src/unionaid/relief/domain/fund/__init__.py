"""What a fund received and gave to programmes."""
