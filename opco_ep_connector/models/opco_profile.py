# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.l10n_fr_apprenticeship.cerfa.documents import KINDS

from ..convergence import profile as norm
from ..convergence.document import FILE_TYPES
from ..convergence.termination import BadTemplate, check_template

PATHS = (
    "status_path",
    "deposit_path",
    "read_path",
    "states_path",
    "convention_path",
    "document_path",
    "termination_path",
    "key_info_path",
)
PART_NAMES = (
    "convention_part",
    "document_part",
    "file_part",
    "mobility_key",
    "proving_signature_key",
)
# What an OPCO may not offer.
FLOWS = {
    "contracts_open": norm.DOSSIERS_DEPOSIT,
    "amendments_open": norm.AMENDMENTS,
    "conventions_open": norm.CONVENTIONS_DEPOSIT,
    "documents_open": norm.DOCUMENTS_UPLOAD,
    "termination_open": norm.TERMINATION,
    "key_info_open": norm.KEY_INFO,
}
ALWAYS_OPEN = frozenset((norm.STATUS, norm.DOSSIER_READ, norm.DOSSIERS_STATES))
PATH = re.compile(r"/[A-Za-z0-9_.\-]+(/[A-Za-z0-9_.\-]+)*")
HEADER_NAME = re.compile(r"[A-Za-z0-9\-]+")
MIME_TYPE = re.compile(r"[a-z]+/[a-z0-9.+\-]+")
PARAMETER = re.compile(r"[A-Za-z][A-Za-z0-9_.\-]*")
TO_TEST_AGAIN = frozenset(
    (*PATHS, "auth_mode", "scope", "api_key_header", "states_page_parameter")
)


class OpcoProfile(models.Model):
    """What differs between OPCOs: everything the public does not know of one."""

    _name = "opco.profile"
    _description = "OPCO Profile"
    _order = "name"

    name = fields.Char(required=True)
    code = fields.Char(required=True, help="Technical name, such as opco_ep.")
    active = fields.Boolean(default=True)
    auth_mode = fields.Selection(
        [
            ("none", "Key alone"),
            ("client_credentials_post", "OAuth2, client in the body"),
            ("client_credentials_basic", "OAuth2, client in the header"),
        ],
        string="Authentication",
        required=True,
        default="client_credentials_post",
    )
    scope = fields.Char(help="OAuth2 scope; empty when the OPCO has none.")
    api_key_header = fields.Char(required=True, default="X-API-KEY")
    token_lifetime = fields.Integer(
        string="Access token's life (s)",
        required=True,
        default=300,
        help="How long an access token serves when its server does not say it.",
    )
    status_path = fields.Char(required=True, default="/v1/status")
    deposit_path = fields.Char(required=True, default="/v1/dossiers")
    read_path = fields.Char(required=True, default="/v1/dossiers")
    states_path = fields.Char(required=True, default="/v1/dossiers/etats")
    convention_path = fields.Char(
        string="Agreements path", required=True, default="/v1/conventions"
    )
    document_path = fields.Char(
        string="Documents path", required=True, default="/v1/documents"
    )
    termination_path = fields.Char(
        string="Terminations path",
        required=True,
        default="/v2/dossiers/rupture/employeur",
    )
    key_info_path = fields.Char(
        string="Key validity path", required=True, default="/v2/cfakeyinfo"
    )
    contracts_open = fields.Boolean(string="Contracts", default=True)
    amendments_open = fields.Boolean(
        string="Amendments",
        default=True,
        help="Amendments leave as contracts do; not every OPCO takes them by API.",
    )
    conventions_open = fields.Boolean(string="Training agreements", default=True)
    documents_open = fields.Boolean(
        string="Documents",
        help="Whether OPCO EP takes documents is not public: to be opened once known.",
    )
    termination_open = fields.Boolean(
        string="Early terminations",
        help="Part of V2, which OPCO EP did not offer in July 2026.",
    )
    key_info_open = fields.Boolean(
        string="Key validity",
        help="Part of V2, which OPCO EP did not offer in July 2026.",
    )
    convention_part = fields.Char(
        string="Agreement part", required=True, default="convention"
    )
    document_part = fields.Char(
        string="Document part", required=True, default="infosFichier"
    )
    file_part = fields.Char(required=True, default="fichier")
    mobility_key = fields.Char(
        string="Wire name of the international mobility",
        required=True,
        default="mentionMobiliteInternationale",
    )
    document_types = fields.Char(
        default="duration_agreement=CONVENTION_REDUCTION_DUREE,"
        "mobility_agreement=CONVENTION_MOBILITE,"
        "completion_certificate=CERTIFICAT_REALISATION",
        help="Kinds of documents that this OPCO takes, each with the type that the "
        "norm gives it, separated by commas. What is not here is kept, not sent.",
    )
    accepted_mime_types = fields.Char(
        string="Accepted file types",
        required=True,
        default="application/pdf",
        help="MIME types, separated by commas. Whatever the OPCO takes, only PDFs are "
        "received here.",
    )
    max_file_megabytes = fields.Integer(
        string="Largest file (MB)",
        required=True,
        default=10,
        help="What the OPCO takes. Files of 10 MB at the most are received here.",
    )
    termination_template = fields.Text(
        string="Body of an early termination",
        required=True,
        default=norm.TERMINATION_TEMPLATE,
        help="JSON where {numeroInterne}, {numeroExterne}, {numeroDeca}, "
        "{siretEmployeur}, {dateNotification}, {dateRupture}, {motifRupture} and "
        "{initiativeRupture} stand for values. The norm's own body is not public: the "
        "one given here is a guess.",
    )
    states_page_parameter = fields.Char(
        string="Page parameter of the states",
        help="Query parameter by which the list of states is read page by page, such "
        "as numeroPage (V2); empty when the OPCO gives it in one answer (V1).",
    )
    not_found_statuses = fields.Char(
        required=True,
        default="400,404",
        help="HTTP statuses by which the OPCO says that a dossier does not exist.",
    )
    state_aliases = fields.Char(
        default="RUPTU=RUPTURE",
        help="States that this OPCO spells otherwise than the norm, with commas.",
    )
    rncp_prefix = fields.Boolean(
        string="RNCP code with its prefix", default=True, help="RNCP38362 or 38362."
    )
    nir_length = fields.Selection(
        [("13", "13 characters"), ("15", "15, with its key")],
        string="NIR",
        required=True,
        default="15",
    )
    codes_as_int = fields.Boolean(
        string="Codes as numbers", default=True, help='1, or the text "01".'
    )
    birth_department_length = fields.Selection(
        [("2", "2 characters: 75"), ("3", "3 characters: 075")],
        string="Department of birth",
        required=True,
        default="3",
    )
    date_format = fields.Selection(
        [
            ("%Y-%m-%dT00:00:00+00:00", "2026-09-01T00:00:00+00:00"),
            ("%Y-%m-%dT00:00:00+0000", "2026-09-01T00:00:00+0000"),
            ("%Y-%m-%dT00:00:00Z", "2026-09-01T00:00:00Z"),
            ("%Y-%m-%d", "2026-09-01"),
        ],
        string="Dates",
        required=True,
        default="%Y-%m-%dT00:00:00+00:00",
    )
    proving_signature_key = fields.Char(
        string="Wire name of the proving signature",
        required=True,
        default="CERFASignatureProbante",
    )
    connect_timeout = fields.Integer(
        string="Connection timeout (s)", required=True, default=5
    )
    read_timeout = fields.Integer(
        string="Answer timeout (s)", required=True, default=10
    )
    deposit_timeout = fields.Integer(
        string="Deposit timeout (s)", required=True, default=25
    )
    deposit_total = fields.Integer(
        string="Whole deposit (s)",
        required=True,
        default=30,
        help="One deposit never lasts longer, the wait for an access token and the "
        "second call with a renewed one included.",
    )
    settle_minutes = fields.Integer(
        string="Settle time (min)",
        required=True,
        default=10,
        help="A contract sent without an answer is sent again when the OPCO still does "
        "not list it after this time; 0 means at the next reading of the list.",
    )
    retry_first_seconds = fields.Integer(
        string="First retry (s)",
        required=True,
        default=30,
        help="Wait before the second attempt of what could not leave; it doubles at "
        "each attempt.",
    )
    retry_longest_minutes = fields.Integer(
        string="Longest retry (min)",
        required=True,
        default=30,
        help="Attempts are never further apart, unless the OPCO asks for it.",
    )
    calls_at_once = fields.Integer(
        string="Calls at once",
        required=True,
        default=4,
        help="Calls made to the OPCO at the same time by one connection, 1 to 16.",
    )
    key_path = fields.Text(
        string="Where the key is made",
        translate=True,
        help="The path on the OPCO's portal, as shown to the administrators.",
    )

    _code_uniq = models.Constraint("UNIQUE(code)", "This OPCO already has a profile.")

    _timeouts = models.Constraint(
        "CHECK(connect_timeout BETWEEN 1 AND 120 AND read_timeout BETWEEN 1 AND 120 "
        "AND deposit_timeout BETWEEN 1 AND 120)",
        "A timeout is between 1 and 120 seconds.",
    )

    _token_lifetime_range = models.Constraint(
        "CHECK(token_lifetime BETWEEN 1 AND 86400)",
        "An access token lives from 1 second to one day.",
    )

    # The cron's run stays under a minute, its last deposit included.
    _deposit_total_range = models.Constraint(
        "CHECK(deposit_total BETWEEN 1 AND 55)",
        "A whole deposit is given between 1 and 55 seconds.",
    )

    _pace = models.Constraint(
        "CHECK(settle_minutes >= 0 AND calls_at_once BETWEEN 1 AND 16 "
        "AND retry_first_seconds BETWEEN 1 AND 3600 "
        "AND retry_longest_minutes BETWEEN 1 AND 1440 "
        "AND retry_first_seconds <= retry_longest_minutes * 60)",
        "The pace is not usable: the settle time is 0 or more, 1 to 16 calls are made "
        "at once, the first retry comes after 1 to 3600 seconds, and the longest one "
        "is at least as long, up to 1440 minutes.",
    )

    _file_size = models.Constraint(
        "CHECK(max_file_megabytes BETWEEN 1 AND 100)",
        "The largest file is between 1 and 100 MB.",
    )

    @api.constrains(*PART_NAMES)
    def _check_part_names(self):
        for profile in self:
            # isidentifier: one of the known spellings has an accent.
            if not all(profile[name].isidentifier() for name in PART_NAMES):
                raise ValidationError(
                    self.env._(
                        "In the profile %(profile)s, the names of parts and keys hold "
                        "letters, digits and underscores only.",
                        profile=profile.name,
                    )
                )

    @api.constrains("accepted_mime_types")
    def _check_mime_types(self):
        for profile in self:
            if not all(map(MIME_TYPE.fullmatch, profile._mime_types())):
                raise ValidationError(
                    self.env._(
                        "In the profile %(profile)s, file types are MIME types "
                        "separated by commas, such as application/pdf.",
                        profile=profile.name,
                    )
                )

    @api.constrains("document_types")
    def _check_document_types(self):
        """Nothing that reveals a disability is sent, whatever a profile says."""
        sendable = {code for code, kind in KINDS.items() if not kind.is_personal}
        for profile in self:
            pairs = profile._document_pairs()
            if not all(
                len(pair) == 2 and pair[0] in sendable and pair[1] in FILE_TYPES
                for pair in pairs
            ):
                raise ValidationError(
                    self.env._(
                        "In the profile %(profile)s, documents are pairs of a kind and "
                        "a type of the norm, such as "
                        "mobility_agreement=CONVENTION_MOBILITE. Kinds: %(kinds)s. "
                        "Types: %(types)s.",
                        profile=profile.name,
                        kinds=", ".join(sorted(sendable)),
                        types=", ".join(FILE_TYPES),
                    )
                )

    @api.constrains("termination_template")
    def _check_termination_template(self):
        for profile in self:
            try:
                check_template(profile.termination_template)
            except BadTemplate as error:
                raise ValidationError(
                    self.env._(
                        "In the profile %(profile)s, the body of an early termination "
                        "is a JSON object that holds {dateRupture}, a number of the "
                        "dossier such as {numeroInterne}, and no other placeholder "
                        "than those of the help.",
                        profile=profile.name,
                    )
                ) from error

    @api.constrains("states_page_parameter")
    def _check_page_parameter(self):
        for profile in self:
            parameter = profile.states_page_parameter
            if parameter and not PARAMETER.fullmatch(parameter):
                raise ValidationError(
                    self.env._(
                        "In the profile %(profile)s, the page parameter begins with a "
                        "letter and holds letters, digits, dots, hyphens and "
                        "underscores, such as numeroPage.",
                        profile=profile.name,
                    )
                )

    @api.constrains("api_key_header", *PATHS)
    def _check_wire_names(self):
        """A path must not lead to another host, nor a header carry another one."""
        for profile in self:
            usable = all(PATH.fullmatch(profile[name]) for name in PATHS)
            if not usable or not HEADER_NAME.fullmatch(profile.api_key_header):
                raise ValidationError(
                    self.env._(
                        "In the profile %(profile)s, a path begins with / and holds "
                        "letters, digits, dots, hyphens and slashes; the name of the "
                        "header holds letters, digits and hyphens.",
                        profile=profile.name,
                    )
                )

    def write(self, vals):
        result = super().write(vals)
        if TO_TEST_AGAIN & vals.keys():
            # What was tested is no longer what would be called.
            connections = self.env["opco.connection"].sudo()
            connections.search([("profile_id", "in", self.ids)]).write(
                {"state": "inactive", "test_result": False, "tested_at": False}
            )
        return result

    @api.constrains("not_found_statuses", "state_aliases")
    def _check_lists(self):
        for profile in self:
            try:
                profile._statuses()
                profile._aliases()
            except ValueError as error:
                raise ValidationError(
                    self.env._(
                        "In the profile %(profile)s, statuses are numbers separated by "
                        "commas (400,404) and states are pairs (RUPTU=RUPTURE).",
                        profile=profile.name,
                    )
                ) from error

    def _statuses(self):
        return frozenset(int(status) for status in self.not_found_statuses.split(","))

    def _aliases(self):
        pairs = (self.state_aliases or "").replace(" ", "").split(",")
        return dict(pair.split("=") for pair in pairs if pair)

    def _document_pairs(self):
        pairs = (self.document_types or "").replace(" ", "").split(",")
        return [pair.split("=") for pair in pairs if pair]

    def _mime_types(self):
        return frozenset(self.accepted_mime_types.lower().replace(" ", "").split(","))

    def _open_flows(self):
        return ALWAYS_OPEN | {flow for name, flow in FLOWS.items() if self[name]}

    def _is_open(self, flow):
        """Tell whether this OPCO takes a flow, one of `convergence.profile`."""
        return flow in self._open_flows()

    def _norm_state(self, raw_state):
        """Return the norm's spelling of a state; an unknown one comes back as it is."""
        state = (raw_state or "").strip().upper()
        return self._aliases().get(state, state)

    def _longest_timeout(self):
        """Return the seconds that one deposit may take at the most."""
        # After a 403, one harmless read tells whether it is about the contract.
        return self.deposit_total + self.connect_timeout + self.read_timeout

    def _to_profile(self, base_url, token_url):
        """Return this record as the client's Profile.

        :raises InvalidAddress: when a URL may not be used
        """
        self.ensure_one()
        return norm.Profile(
            base_url=base_url or "",
            token_url=token_url or None,
            auth_mode=self.auth_mode,
            scope=self.scope or None,
            api_key_header=self.api_key_header,
            paths={
                norm.STATUS: self.status_path,
                norm.DOSSIERS_DEPOSIT: self.deposit_path,
                norm.DOSSIER_READ: self.read_path,
                norm.DOSSIERS_STATES: self.states_path,
                norm.CONVENTIONS_DEPOSIT: self.convention_path,
                norm.DOCUMENTS_UPLOAD: self.document_path,
                norm.TERMINATION: self.termination_path,
                norm.KEY_INFO: self.key_info_path,
            },
            open_flows=self._open_flows(),
            timeouts=norm.Timeouts(
                self.connect_timeout,
                self.read_timeout,
                self.deposit_timeout,
                self.deposit_total,
            ),
            states_page_parameter=self.states_page_parameter or None,
            not_found_statuses=self._statuses(),
            state_aliases=self._aliases(),
            token_lifetime=self.token_lifetime,
            date_format=self.date_format,
            codes_as_int=self.codes_as_int,
            birth_department_length=int(self.birth_department_length),
            rncp_prefix=self.rncp_prefix,
            nir_length=int(self.nir_length),
            proving_signature_key=self.proving_signature_key,
            mobility_key=self.mobility_key,
            convention_part=self.convention_part,
            document_part=self.document_part,
            file_part=self.file_part,
            document_types=dict(self._document_pairs()),
            accepted_mime_types=self._mime_types(),
            max_file_bytes=self.max_file_megabytes * 1024 * 1024,
            termination_template=self.termination_template,
        )
