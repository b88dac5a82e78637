"""Voice: all that a person sees."""
