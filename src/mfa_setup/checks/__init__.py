"""The checks of readiness and delivery: each asks one question of a snapshot; the guard and `doctor` share them."""
