"""A client of an application that serves the sample, and one that serves a copy it may change."""

import pytest

from sightlines.settings import Settings
from sightlines.web.application import create_app


@pytest.fixture(scope="session")
def reader(sample_instance):
    """Return a client for tests that only read."""
    return create_app(Settings(instance=sample_instance)).test_client()


@pytest.fixture
def app(instance):
    """Return an application over a copy of the sample's instance."""
    return create_app(instance)


@pytest.fixture
def client(app):
    return app.test_client()
