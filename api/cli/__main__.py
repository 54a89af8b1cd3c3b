"""``python -m api.cli`` is the command ``dateline``."""

from api.cli.main import main

main()
