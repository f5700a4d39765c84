"""Chaos: what methods make of servers that fail, derived from fixtures in which all goes well."""
