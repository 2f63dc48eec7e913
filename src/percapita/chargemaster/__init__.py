"""Standard-charges files: read them, check them, and check the license before they are published."""
