"""Build the documentation. Warnings are errors; generated pages are checked by the tests."""

project = "Percapita"
author = "The Percapita authors"
copyright = "2026, the Percapita authors"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build", "_bench.md"]
html_theme = "furo"
html_title = "Percapita"
html_show_sphinx = False
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
