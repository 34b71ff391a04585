"""What each role may do in the admin. Pure: a role and a permission's name in, yes or no out.

Which rows a person sees is not decided here but by `QuerySet.visible_to`.
"""

from accounts.choices import Role

_DESK = {"tickets", "escalation", "knowledgebase"}
_READS_EVERYWHERE = {Role.ENGINEER, Role.ESCALATION_MANAGER, Role.MANAGER}
_CHANGES: dict[str, frozenset[str]] = {
    Role.ENGINEER: frozenset({"tickets.change_ticket", "knowledgebase.add_article", "knowledgebase.change_article"}),
    Role.ESCALATION_MANAGER: frozenset({"tickets.change_ticket", "escalation.change_commitment"}),
    Role.MANAGER: frozenset(
        {
            "tickets.change_ticket",
            "escalation.change_commitment",
            "knowledgebase.add_article",
            "knowledgebase.change_article",
            "accounts.change_team",
        }
    ),
}
_MANAGER_APPS = _DESK | {"accounts", "sla"}


def allows(role: str, perm: str) -> bool:
    """May this role use the permission `app_label.verb_model`?"""
    if role == Role.ADMINISTRATOR:
        return True
    app_label, _, codename = perm.partition(".")
    if codename.startswith("view_"):
        return allows_app(role, app_label)
    return perm in _CHANGES.get(role, frozenset())


def allows_app(role: str, app_label: str) -> bool:
    """May this role open the app's part of the admin?"""
    if role == Role.ADMINISTRATOR:
        return True
    if role == Role.MANAGER:
        return app_label in _MANAGER_APPS
    return role in _READS_EVERYWHERE and app_label in _DESK
