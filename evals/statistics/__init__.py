"""Statistics that a comparison rests on: paired tests, many at once, power, reliability over repetitions."""
