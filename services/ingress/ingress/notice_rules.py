"""What each notice of WhatsApp's means for a store, as data. Pure.

Sources, as Meta names its pages: webhooks/reference/account_update, account_alerts,
account_review_update, phone_number_quality_update, phone_number_name_update, security,
message_template_status_update, message_template_quality_update, payment_configuration_update,
user_preferences, history, smb_app_state_sync; policy-enforcement (ban states, restrictions);
support/error-codes. An event that is not here has its field's severity.
"""

from typing import Literal, NamedTuple

Severity = Literal["notice", "warning", "alert"]


class Meaning(NamedTuple):
    """How grave it is; with a reason, and perhaps that the store can send no more."""

    severity: Severity
    reason: str = ""
    pauses: bool = False


# Where a field says what happened, and how grave an event is that has no line below.
FIELDS: dict[str, tuple[str, Severity]] = {
    # A new event of this field may be a new way to lose the account: somebody should look.
    "account_update": ("event", "warning"),
    "account_alerts": ("alert_type", "notice"),
    "account_review_update": ("decision", "notice"),
    "account_settings_update": ("type", "notice"),
    "automatic_events": ("event_name", "notice"),
    "business_capability_update": ("", "notice"),
    "business_status_update": ("event", "warning"),
    "business_username_update": ("status", "notice"),
    "business_username_updates": ("status", "notice"),
    "calls": ("", "notice"),
    "flows": ("event", "notice"),
    "group_lifecycle_update": ("", "notice"),
    "group_participants_update": ("", "notice"),
    "group_settings_update": ("", "notice"),
    "group_status_update": ("", "notice"),
    "history": ("", "notice"),
    "message_template_components_update": ("", "notice"),
    "message_template_quality_update": ("new_quality_score", "notice"),
    "message_template_status_update": ("event", "notice"),
    "messages": ("", "notice"),
    "messaging_handovers": ("", "notice"),
    "partner_solutions": ("event", "notice"),
    "payment_configuration_update": ("status", "notice"),
    "phone_number_name_update": ("decision", "notice"),
    "phone_number_quality_update": ("event", "notice"),
    "security": ("event", "warning"),
    "smb_app_state_sync": ("", "notice"),
    "smb_message_echoes": ("", "notice"),
    "standby": ("", "notice"),
    "template_category_update": ("", "notice"),
    "tracking_events": ("event_name", "notice"),
    "user_id_update": ("", "notice"),
    "user_preferences": ("", "notice"),
}

_DISABLED = Meaning("alert", "account_disabled", pauses=True)

# By field and event. `DISABLED_UPDATE` is told apart by its ban state, `ACCOUNT_RESTRICTION`
# by what is restricted, as EVENT:STATE.
EVENTS: dict[tuple[str, str], Meaning] = {
    ("account_update", "DISABLED_UPDATE"): _DISABLED,
    ("account_update", "DISABLED_UPDATE:DISABLE"): _DISABLED,
    ("account_update", "DISABLED_UPDATE:SCHEDULE_FOR_DISABLE"): Meaning(
        "alert", "account_will_be_disabled"
    ),
    # A person looks before the store sends again, so this resumes nothing.
    ("account_update", "DISABLED_UPDATE:REINSTATE"): Meaning("notice", "account_reinstated"),
    ("account_update", "ACCOUNT_VIOLATION:DISABLE"): _DISABLED,
    ("account_update", "ACCOUNT_VIOLATION"): Meaning("alert", "account_violation"),
    ("account_update", "ACCOUNT_DELETED"): Meaning("alert", "account_deleted", pauses=True),
    ("account_update", "ACCOUNT_OFFBOARDED"): Meaning("alert", "account_offboarded", pauses=True),
    ("account_update", "ACCOUNT_RECONNECTED"): Meaning("notice"),
    ("account_update", "ACCOUNT_RESTRICTION"): Meaning("alert", "account_restricted"),
    # Not even answers go out. The other restrictions leave them alone.
    ("account_update", "ACCOUNT_RESTRICTION:RESTRICTED_CUSTOMER_INITIATED_MESSAGING"): Meaning(
        "alert", "answers_restricted", pauses=True
    ),
    ("account_update", "PARTNER_REMOVED"): Meaning("alert", "partner_removed"),
    # The phone app cut a number that it shares with us.
    ("account_update", "PARTNER_REMOVED:DISCONNECTED"): Meaning(
        "alert", "account_disconnected", pauses=True
    ),
    ("account_update", "PARTNER_APP_UNINSTALLED"): Meaning("alert", "app_uninstalled"),
    ("account_update", "VERIFIED_ACCOUNT"): Meaning("notice"),
    ("account_update", "PARTNER_ADDED"): Meaning("notice"),
    ("account_update", "PARTNER_APP_INSTALLED"): Meaning("notice"),
    ("account_update", "PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE"): Meaning("notice"),
    ("account_update", "AD_ACCOUNT_LINKED"): Meaning("notice"),
    ("account_update", "MM_LITE_TERMS_SIGNED"): Meaning("notice"),
    ("account_update", "AUTH_INTL_PRICE_ELIGIBILITY_UPDATE"): Meaning("notice"),
    ("account_update", "BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE"): Meaning("notice"),
    ("account_update", "VOLUME_BASED_PRICING_TIER_UPDATE"): Meaning("notice"),
    ("account_review_update", "REJECTED"): Meaning("alert", "account_rejected"),
    ("phone_number_name_update", "REJECTED"): Meaning("warning", "name_rejected"),
    ("phone_number_quality_update", "FLAGGED"): Meaning("warning", "quality_low"),
    ("phone_number_quality_update", "DOWNGRADE"): Meaning("warning", "limit_lowered"),
    ("message_template_quality_update", "RED"): Meaning("warning", "template_quality_low"),
    ("message_template_status_update", "DISABLED"): Meaning("warning", "template_disabled"),
    ("message_template_status_update", "FLAGGED"): Meaning("warning", "template_flagged"),
    ("message_template_status_update", "PAUSED"): Meaning("warning", "template_paused"),
    ("message_template_status_update", "REJECTED"): Meaning("warning", "template_rejected"),
    ("payment_configuration_update", "NEEDS CONNECTING"): Meaning("warning", "payment_unready"),
    ("flows", "ENDPOINT_AVAILABILITY"): Meaning("warning", "flow_endpoint"),
}

# The severity an alert names for itself.
ALERT_SEVERITIES: dict[str, Severity] = {
    "CRITICAL": "alert",
    "WARNING": "warning",
    "INFORMATIONAL": "notice",
}

# Errors beside the elements of a change: those that say that nothing can be sent any more.
# The other codes say that one thing failed, which is worth a warning.
_EXPIRED = Meaning("alert", "token_expired", pauses=True)
_LOCKED = Meaning("alert", "account_locked", pauses=True)
ERRORS: dict[str, Meaning] = {
    "0": _EXPIRED,
    "190": _EXPIRED,
    "368": _LOCKED,
    "131031": _LOCKED,
    "131042": Meaning("alert", "payment_missing"),
    "131048": Meaning("alert", "spam_limit"),
    "2593109": Meaning("notice", "history_not_shared"),
}
OTHER_ERROR = Meaning("warning", "platform_error")
