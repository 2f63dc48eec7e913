"""Count the individual people who use CPT in each system, from raw access logs."""

__version__ = "0.1.0"
