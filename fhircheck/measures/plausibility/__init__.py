"""Kahn: plausibility. Can it be true?"""
