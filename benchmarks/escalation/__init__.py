"""The sweep measured beside django-helpdesk's `escalate_tickets` and beside `executemany` of the same rows."""
