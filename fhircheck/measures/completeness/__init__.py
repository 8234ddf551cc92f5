"""Kahn: completeness. Is there what should be there?"""
