"""How busy the queues are: arrivals, waits, peaks, forecasts, and how many people it takes."""
