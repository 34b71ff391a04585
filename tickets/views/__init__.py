"""The customers' pages: one module for each page or group of actions on it."""
