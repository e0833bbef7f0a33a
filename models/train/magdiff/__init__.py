"""Training code of the small MagDiff model: modules, world, pool, schedules."""
