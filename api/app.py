"""The application: joins routers, limits, access and failures, and follows the record while it runs.

The pages come from `api.pages`, which exposes `router: APIRouter`, `mount_static(app: FastAPI) -> None` (at /static) and
`failure_page(request, status: int, failure: Failure) -> Response` for people who look at a page.
"""

from fastapi import FastAPI

from api.parts import Parts


def create_app(parts: Parts) -> FastAPI:
    """Return the application over these parts."""
    raise NotImplementedError(parts)
