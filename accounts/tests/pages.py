"""What a page says."""

import re


def words_of(response) -> str:
    """The page without what is new in every answer."""
    page = re.sub(r"csrf(middleware)?token[^>]*>", "", response.content.decode(), flags=re.IGNORECASE)
    return re.sub(r"hx-headers='[^']*'", "", page)
