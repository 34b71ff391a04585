"""Shape and wording of what people type. Forms call no action."""
