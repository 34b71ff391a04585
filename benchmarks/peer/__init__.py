"""django-helpdesk, to measure beside: its settings and the process that runs it, in an environment of its own."""
