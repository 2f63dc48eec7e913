"""Helpers shared by tests: small plans on disk, engines by name."""
