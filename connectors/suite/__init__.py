"""Suites: many fixtures run together: which of them, how, and what people and programs are told of it."""
