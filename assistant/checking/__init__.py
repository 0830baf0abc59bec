"""The claim check: each sentence of a draft against its evidence, conflicts and promises."""
