"""Say what made two counts differ: each person who counts in one of them only has exactly one cause."""
