"""An audiogram for people: in the terminal, as CSV, as figures, as a page."""
