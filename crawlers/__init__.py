"""Eyes: see and keep what was published, judge nothing."""
