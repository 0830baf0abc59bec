"""Fixtures of the evaluation tests."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of public data, beside the repository or where THREADLINE_TEST_DATA says."""
    path = Path(os.environ.get("THREADLINE_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))
    if not path.is_dir():
        pytest.skip("the public data is not here: set THREADLINE_TEST_DATA")
    return path
