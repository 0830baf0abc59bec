"""What the help-centre APIs of Zendesk, Intercom and Chatwoot want: address, key, and where the next page is.

Sources: developer.zendesk.com (help_center/help-center-api/articles, introduction/pagination, security-and-auth),
developers.intercom.com (references/2.17/rest-api/api.intercom.io/articles, models/paginated_response),
github.com/chatwoot/chatwoot (articles_controller.rb, articles/index.json.jbuilder, models/article.rb).
"""

import base64
import re
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

Vendor = Literal["zendesk", "intercom", "chatwoot"]

INTERCOM_VERSION = "2.17"
# Zendesk gives 100 at most, Intercom 250; Chatwoot does not let itself be asked.
PER_PAGE = 100
_PATHS: dict[Vendor, re.Pattern[str]] = {
    "zendesk": re.compile(r"/api/v2/help_center/(?:[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*/)?articles(?:\.json)?"),
    "intercom": re.compile(r"/articles"),
    "chatwoot": re.compile(r"/api/v1/accounts/\d+/portals/[^/]+/articles"),
}


def vendor_of(url: str) -> Vendor | None:
    """Return whose list of articles an address is, by its path; `None` where it is no such API."""
    path = urlsplit(url).path.rstrip("/")
    return next((vendor for vendor, pattern in _PATHS.items() if pattern.fullmatch(path)), None)


def first_page(vendor: Vendor, url: str) -> str:
    """Return the address of the first page; what the address states itself stays."""
    stated = dict(parse_qsl(urlsplit(url).query))
    if vendor == "zendesk" and not stated.keys() & {"page[size]", "per_page", "page"}:
        return _with(url, {"page[size]": str(PER_PAGE)})
    if vendor == "intercom" and "per_page" not in stated:
        return _with(url, {"per_page": str(PER_PAGE)})
    return _with(url, {"page": "1"}) if vendor == "chatwoot" and "page" not in stated else url


def headers_for(vendor: Vendor, key: str) -> dict[str, str]:
    """Return the headers of a request; Zendesk's key is `EMAIL/token:TOKEN` or an OAuth token, "" asks as anyone."""
    headers = {"Accept": "application/json"}
    if vendor == "intercom":
        headers["Intercom-Version"] = INTERCOM_VERSION
    if not key:
        return headers
    if vendor == "chatwoot":
        return headers | {"api_access_token": key}
    if vendor == "zendesk" and ":" in key:
        return headers | {"Authorization": f"Basic {base64.b64encode(key.encode()).decode()}"}
    return headers | {"Authorization": f"Bearer {key}"}


def next_page(vendor: Vendor, url: str, answer: Mapping[str, Any], articles: int) -> str:
    """Return the address of the page after `url`, which answered with so many articles; "" after the last one."""
    if vendor == "zendesk":
        return _after_zendesk(url, answer)
    if vendor == "intercom":
        return _after_intercom(url, answer)
    page = dict(parse_qsl(urlsplit(url).query)).get("page", "1")
    return _with(url, {"page": str(int(page[:9]) + 1)}) if articles and page.isdecimal() else ""


def count_of(answer: Mapping[str, Any], articles: int) -> int:
    """Return how many articles there are in all, as far as the first answer tells."""
    meta = answer.get("meta")
    told = [answer.get("count"), answer.get("total_count"), meta.get("articles_count") if isinstance(meta, dict) else 0]
    return max([articles, *(one for one in told if isinstance(one, int) and not isinstance(one, bool))])


def _after_zendesk(url: str, answer: Mapping[str, Any]) -> str:
    """`links.next` while `meta.has_more` (cursors), else `next_page` (offsets), null after the last one."""
    meta, links = answer.get("meta"), answer.get("links")
    if isinstance(meta, dict) and isinstance(links, dict):
        return _joined(url, links.get("next")) if meta.get("has_more") is True else ""
    return _joined(url, answer.get("next_page"))


def _after_intercom(url: str, answer: Mapping[str, Any]) -> str:
    """`pages.next` is an address, or an object with the cursor of the next page; absent after the last one."""
    pages = answer.get("pages")
    following = pages.get("next") if isinstance(pages, dict) else None
    if isinstance(following, dict):
        cursor = following.get("starting_after")
        return _with(url, {"starting_after": cursor}) if isinstance(cursor, str) and cursor else ""
    return _joined(url, following)


def _joined(url: str, following: object) -> str:
    return urljoin(url, following) if isinstance(following, str) and following.strip() else ""


def _with(url: str, values: Mapping[str, str]) -> str:
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in values]
    return parts._replace(query=urlencode([*kept, *values.items()])).geturl()
