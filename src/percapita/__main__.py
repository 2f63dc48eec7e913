"""Let `python -m percapita` be the command."""

from percapita.cli.main import main

main()
