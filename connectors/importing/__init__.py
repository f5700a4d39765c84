"""What other tools recorded, taken in as fixtures: mocks of Nango and cassettes of VCR."""
