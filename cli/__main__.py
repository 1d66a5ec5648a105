"""``python -m mixcheck_cli``."""

from .main import main

main()
