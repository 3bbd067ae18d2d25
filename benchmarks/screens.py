# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the web client asks of the server for a screen, read from its views."""

from dataclasses import dataclass
from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.fields import Domain
from odoo.tools.safe_eval import safe_eval

# As the web client's lists and kanbans do.
LIST_LIMIT, KANBAN_LIMIT, COUNT_LIMIT = 80, 40, 10_001
TYPED = "Boulangerie 12"
TYPED_IN = ("char", "text", "html", "many2one", "one2many", "many2many")


@dataclass(frozen=True)
class Call:
    """Something that a user does on a screen.

    `kind` tells what it is to be compared with: the same on another model.
    """

    screen: str
    kind: str
    name: str
    model: str
    run: object


class Screen:
    """An action's views and search view, for one user."""

    def __init__(self, env, action, name):
        self.env = env
        self.name = name
        self.action = action
        self.context = self._evaluated(action.context or "{}")
        self.model = env[action.res_model].with_context(
            {
                key: value
                for key, value in self.context.items()
                if not key.startswith(("search_default_", "group_by"))
            }
        )
        self.domain = Domain(self._evaluated(action.domain or "[]"))
        views = [(view_id, mode) for view_id, mode in action.views]
        views.append((action.search_view_id.id or False, "search"))
        answer = self.model.get_views(views)
        self.models = answer["models"]
        self.arches = {
            mode: etree.fromstring(view["arch"])
            for mode, view in answer["views"].items()
        }
        self.search = self.arches.pop("search")

    def calls(self):
        """Yield everything that can be done without knowing the records."""
        for mode in self.arches:
            opening = getattr(self, f"_open_{mode}", None)
            if opening:
                yield from opening(self.domain & self.default_domain())
        if "list" not in self.arches:
            return
        for node in self.search.iter("filter"):
            yield from self._filter_calls(node)
        for node in self.search.iter("field"):
            if self._type_of(node.get("name")) in TYPED_IN:
                yield self._call(
                    "typed",
                    f"« {TYPED} » in {node.get('name')}",
                    *self._read(self.domain & self._typed_domain(node)),
                )

    def default_domain(self):
        """Return what the filters chosen by the action let through."""
        domain = Domain.TRUE
        for node in self.search.iter("filter"):
            is_default = self.context.get(f"search_default_{node.get('name')}")
            if is_default and node.get("domain"):
                domain &= Domain(self._evaluated(node.get("domain")))
        return domain

    # ------------------------------------------------------------------- the views
    def _open_list(self, domain):
        groupby = self._default_groupby()
        if groupby:
            yield self._call(
                "group", "list, as it opens", *self._group(domain, groupby)
            )
        else:
            yield self._call("list", "list, as it opens", *self._read(domain))
        yield self._call("list", "list, without a filter", *self._read(self.domain))

    def _open_kanban(self, domain):
        arch = self.arches["kanban"]
        groupby = arch.get("default_group_by")
        specification = self._specification(arch, self.model._name)
        if not groupby:
            yield self._call(
                "list",
                "kanban",
                self.model.web_search_read,
                list(domain),
                specification,
                0,
                KANBAN_LIMIT,
                None,
                COUNT_LIMIT,
            )
            return
        model = self.model

        def read():
            return model.web_read_group(
                list(domain),
                [groupby],
                limit=LIST_LIMIT,
                auto_unfold=True,
                unfold_read_specification=specification,
                unfold_read_default_limit=KANBAN_LIMIT,
            )

        yield self._call("group", "kanban", lambda *_: read())

    def _open_pivot(self, domain):
        arch = self.arches["pivot"]
        rows, columns = self._axes(arch, "row"), self._axes(arch, "col")
        sets = [[], rows[:1], columns[:1], [*rows[:1], *columns[:1]]]
        yield self._call(
            "group",
            "pivot",
            self.model.formatted_read_grouping_sets,
            list(domain),
            [one for number, one in enumerate(sets) if one not in sets[:number]],
            self._measures(arch),
        )

    def _open_graph(self, domain):
        arch = self.arches["graph"]
        groupby = self._axes(arch, "row") + self._axes(arch, "col")
        yield self._call(
            "group",
            "graph",
            self.model.formatted_read_group,
            list(domain),
            groupby or self._axes(arch, None),
            self._measures(arch)[:2],
        )

    def _open_calendar(self, domain):
        arch = self.arches["calendar"]
        start = arch.get("date_start")
        today = fields.Date.today()
        shown = Domain(start, ">=", today - timedelta(21)) & Domain(
            start, "<=", today + timedelta(21)
        )
        names = [node.get("name") for node in arch.iter("field")]
        yield self._call(
            "list",
            "calendar, a month",
            self.model.search_read,
            list(domain & shown),
            [start, "display_name", *names],
        )

    def _open_activity(self, domain):
        yield self._call(
            "activity",
            "activities",
            self.env["mail.activity"].get_activity_data,
            self.model._name,
            list(domain),
        )

    def open_form(self, record_id, name):
        """Return the reading of one record with all that its form shows."""
        specification = self._specification(self.arches["form"], self.model._name)
        model = self.model
        return self._call(
            "form", name, lambda *_: model.browse(record_id).web_read(specification)
        )

    # ----------------------------------------------------------- the search view
    def _filter_calls(self, node):
        name = node.get("string") or node.get("name")
        if node.get("domain"):
            domain = self.domain & Domain(self._evaluated(node.get("domain")))
            yield self._call("filter", f"filter {name}", *self._read(domain))
        if node.get("date"):
            field = node.get("date")
            month = Domain(field, ">=", "today =1d -1m") & Domain(
                field, "<", "today =1d"
            )
            yield self._call(
                "filter", f"filter {name}, a month", *self._read(self.domain & month)
            )
        groupby = self._evaluated(node.get("context", "{}")).get("group_by")
        # Of properties, the web client would first ask which.
        if groupby and self._type_of(groupby) != "properties":
            yield self._call("group", f"by {name}", *self._group(self.domain, groupby))

    def _typed_domain(self, node):
        typed = TYPED
        if node.get("filter_domain"):
            return Domain(safe_eval(node.get("filter_domain"), {"self": typed}))
        return Domain(node.get("name"), node.get("operator") or "ilike", typed)

    def _default_groupby(self):
        for node in self.search.iter("filter"):
            groupby = self._evaluated(node.get("context", "{}")).get("group_by")
            if groupby and self.context.get(f"search_default_{node.get('name')}"):
                return groupby
        return self.context.get("group_by")

    def _type_of(self, name):
        return self.models[self.model._name]["fields"][name.split(":")[0]]["type"]

    # -------------------------------------------------------------------- the calls
    def _call(self, kind, name, method, *arguments):
        return Call(
            self.name,
            kind,
            name,
            self.model._name,
            lambda: method(*arguments),
        )

    def _read(self, domain):
        arch = self.arches["list"]
        return (
            self.model.web_search_read,
            list(domain),
            self._specification(arch, self.model._name),
            0,
            int(arch.get("limit", LIST_LIMIT)),
            arch.get("default_order"),
            COUNT_LIMIT,
        )

    def _group(self, domain, groupby):
        known = self.models[self.model._name]["fields"]
        numbers = [
            node.get("name")
            for node in _own_fields(self.arches["list"])
            if known[node.get("name")]["type"] in ("integer", "float", "monetary")
        ]
        sums = [
            f"{name}:{known[name]['aggregator']}"
            for name in numbers
            if known[name].get("aggregator")
        ]
        return (
            self.model.web_read_group,
            list(domain),
            [groupby],
            sums,
            LIST_LIMIT,
        )

    def _axes(self, arch, kind):
        return [
            ":".join(filter(None, (node.get("name"), node.get("interval"))))
            for node in arch.iter("field")
            if node.get("type") == kind
        ]

    def _measures(self, arch):
        known = self.models[self.model._name]["fields"]
        return ["__count"] + [
            f"{node.get('name')}:{known[node.get('name')].get('aggregator') or 'sum'}"
            for node in arch.iter("field")
            if node.get("type") == "measure"
        ]

    def _specification(self, arch, model):
        """Return what the web client would ask to read for this view."""
        known = self.models[model]["fields"]
        specification = {}
        for node in _own_fields(arch):
            name = node.get("name")
            field = known.get(name)
            if field is None:
                continue
            specification[name] = self._asked(node, field)
        return specification

    def _asked(self, node, field):
        if field["type"] == "many2one":
            return {"fields": {"display_name": {}}}
        if field["type"] not in ("one2many", "many2many"):
            return {}
        for view in node:
            if view.tag in ("list", "kanban"):
                return {
                    "fields": self._specification(view, field["relation"]),
                    "limit": KANBAN_LIMIT,
                    "order": view.get("default_order") or "",
                }
        if node.get("widget") == "many2many_tags":
            return {"fields": {"display_name": {}}}
        return {}

    def _evaluated(self, text):
        if not isinstance(text, str):
            return text
        return safe_eval(
            text,
            {
                "uid": self.env.uid,
                "context": dict(self.env.context),
                "active_id": False,
                "active_ids": [],
                "context_today": fields.Date.today,
                "allowed_company_ids": self.env.companies.ids,
            },
        )


def _own_fields(arch):
    """Yield the fields of a view, not those of the views within its fields."""
    for node in arch:
        if node.tag == "field":
            yield node
        else:
            yield from _own_fields(node)
