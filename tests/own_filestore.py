# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Pytest plugin: each process of pytest-xdist has attachments of its own.

pytest-odoo gives it a copy of the database, but the attachments of the first one, where
a process removes a file that another has just written.
"""

import os
import shutil
from unittest import mock

import pytest

from odoo.tests.common import get_db_name
from odoo.tools import config


@pytest.fixture(scope="session", autouse=True)
def own_filestore(load_registry, tmp_path_factory):
    if "PYTEST_XDIST_WORKER" not in os.environ:
        yield
        return
    own = tmp_path_factory.mktemp("filestore", numbered=False)
    shutil.copytree(config.filestore(get_db_name()), own, dirs_exist_ok=True)
    with mock.patch.object(config, "filestore", return_value=str(own)):
        yield
