"""Shape and wording of input. Forms call no action."""
