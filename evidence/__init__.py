"""The history of one ticket as a file: good enough to settle who did what when, and checked by whoever holds it."""
