"""Readiness and deliverability: each check asks one question of what was seen; the guard and `doctor` ask the same."""
