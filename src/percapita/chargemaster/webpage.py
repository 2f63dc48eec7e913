"""Write what a website needs beside the file: `cms-hpt.txt`, the link of the footer, the page it leads to.

Source: 45 CFR 180.50(d)(6): a text file in the root folder with the name of the location, the page, the file and a
contact, and a link in the footer of the website with the words Price Transparency.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from percapita.chargemaster.profile import Profile

INDEX = "cms-hpt.txt"
KEYS = ("location-name", "source-page-url", "mrf-url", "contact-name", "contact-email")
LINE = re.compile(r"\s*([A-Za-z-]+)\s*:\s*(.*?)\s*")


@dataclass(frozen=True)
class Listed:
    """Hold what the index says of one location."""

    location: str
    page: str
    file: str
    contact: str = ""
    email: str = ""

    def text(self) -> str:
        """Return the lines of the index."""
        values = (self.location, self.page, self.file, self.contact, self.email)
        return "".join(f"{key}: {' '.join(value.split())}\n" for key, value in zip(KEYS, values, strict=True))


def listed_by(profile: Profile, name: str) -> list[Listed]:
    """Return what the index says of each location, when the file is called `name`."""
    web = profile.web
    url = f"{web.files_url.rstrip('/')}/{name}"
    return [Listed(one.name, web.page_url, url, web.contact_name, web.contact_email) for one in profile.location]


def index_text(listed: Sequence[Listed]) -> str:
    """Return the text of an index."""
    return "\n".join(one.text() for one in listed)


def read_index(text: str) -> list[Listed]:
    """Return what an index says; lines that say nothing known are passed over, unfinished entries have empty parts."""
    found: list[dict[str, str]] = []
    for line in text.lstrip("\ufeff").splitlines():
        match = LINE.fullmatch(line)
        key = match[1].lower() if match else ""
        if match and key in KEYS:
            if key == KEYS[0] or not found:
                found.append({})
            found[-1][key] = match[2]
    return [Listed(*(one.get(key, "") for key in KEYS)) for one in found]


def merged(old: Sequence[Listed], new: Sequence[Listed]) -> list[Listed]:
    """Return the old entries with those of the same location replaced by the new ones, which come last if unknown."""
    fresh = {one.location.casefold(): one for one in new}
    kept = [fresh.pop(one.location.casefold(), one) for one in old]
    return [*kept, *fresh.values()]


def footer_link(profile: Profile) -> str:
    """Return the link that stands in the footer of every page."""
    return f'<a href="{escape(profile.web.page_url)}">Price Transparency</a>\n'


def page(profile: Profile, name: str) -> str:
    """Return the part of the page that leads to the file."""
    hospital = escape(profile.hospital.name)
    url = escape(f"{profile.web.files_url.rstrip('/')}/{name}")
    email = escape(profile.web.contact_email)
    locations = "".join(f"    <li>{escape(one.name)}, {escape(one.address)}</li>\n" for one in profile.location)
    return f"""<section>
  <h1>Price transparency: {hospital}</h1>
  <p>The standard charges of {hospital} in a file for machines, updated on {profile.hospital.updated_on}:</p>
  <p><a href="{url}">{escape(name)}</a></p>
  <p>Locations:</p>
  <ul>
{locations}  </ul>
  <p>Questions: {escape(profile.web.contact_name)}, <a href="mailto:{email}">{email}</a></p>
</section>
"""
