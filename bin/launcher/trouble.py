"""What is told to the person at the terminal instead of a traceback."""


class Trouble(Exception):
    """One clear sentence on what is missing, and what to do about it."""
