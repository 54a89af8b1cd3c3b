"""Claims and quotations: who says what, and with which stance."""
