"""``python -m retrieval.extraction FD``: see `retrieval.extraction.process`."""

from retrieval.extraction.process import main

main()
