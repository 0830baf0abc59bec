"""recordlinkage: its ECM classifier as a peer of the suggestions of identity."""
