"""The manager's report: what changed and why, what to do next, with n and an interval at every number."""
