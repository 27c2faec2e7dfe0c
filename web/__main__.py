"""`python -m web` is `frontdesk`."""

from web.cli import main

main()
