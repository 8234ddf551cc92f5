"""Kahn: conformance. Does the data follow the forms it claims to follow?"""
