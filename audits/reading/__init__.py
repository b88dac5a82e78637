"""Published text to values; the raw text always stays beside the value."""
