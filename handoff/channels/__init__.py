"""Which channel reaches this customer best about this issue at this moment, and why."""
