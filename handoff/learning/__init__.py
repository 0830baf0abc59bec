"""Learning from what happened: one small, explainable learner for groups, agents, channels and outcomes."""
