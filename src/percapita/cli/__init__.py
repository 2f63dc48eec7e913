"""The command line. In: words typed by a person. Out: tables or JSON, one line an error, exit codes as designed.

One thin file per group of commands; each offers `register(app)`. Only the file of the command that was typed is
imported, so that a command pays for its own engine and no other.
"""
