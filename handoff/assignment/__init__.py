"""Who gets which conversation when: the order of the queue, the batch, offers and their time limits."""
