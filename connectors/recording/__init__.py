"""Recording: fixtures made from runs against the live API, without what is secret in them."""
