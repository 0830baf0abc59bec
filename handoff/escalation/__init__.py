"""Escalation and service levels: rules that call for more, clocks that say until when, a dry run over history."""
