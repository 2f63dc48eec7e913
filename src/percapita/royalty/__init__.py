"""What the license costs.

In: a rate card, a release, the number of individual users, the content files wanted. Out: a quote whose every line has
its rate and the source of the rate, exact to the cent. What no source states stays unknown.
"""
