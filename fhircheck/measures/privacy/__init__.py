"""Could the people behind the data be recognised, and have they agreed?"""
