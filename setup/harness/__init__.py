# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The real thing, on this machine: PostgreSQL, Odoo with workers, a browser, stores.

Used by setup/run, setup/test, setup/bench and by tests/e2e. Everything it writes lies
in the git-ignored .data, every process it starts ends with it.
"""
