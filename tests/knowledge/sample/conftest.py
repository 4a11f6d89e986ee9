"""One generated sample for all tests of this folder."""

import pytest

from knowledge.sample.enterprise import Sample
from knowledge.sample.generator import generate


@pytest.fixture(scope="session")
def sample() -> Sample:
    return generate()
