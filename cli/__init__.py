"""The command line of mixcheck. Only this package imports click and rich."""
