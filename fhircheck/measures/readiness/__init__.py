"""What learning from the data needs beyond being well formed."""
