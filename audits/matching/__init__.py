"""Which official procedure a published one is, and which official paper each published line asks for."""
