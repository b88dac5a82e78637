"""Judgement and memory."""
