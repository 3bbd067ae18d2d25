# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
# Variables: CACHE, ODOO_PORT, SANDBOX_PORT, PG_PORT, DEMO_DB, ODOO

export CACHE ODOO_PORT SANDBOX_PORT PG_PORT DEMO_DB ODOO

.PHONY: demo stop clean-demo test lint format screenshots i18n bench chaos

demo:
	@dev/demo start

stop:
	@dev/demo stop

clean-demo:
	@dev/demo forget

test:
	@dev/test

bench:
	@dev/bench

chaos:
	@dev/chaos
	@dev/chaos --servers 2 --contracts 500 --kills 4 --pg-restarts 0 --sandbox-restarts 1

lint:
	@dev/lint

format:
	@dev/format

i18n:
	@dev/i18n

screenshots:
	@dev/screenshots
