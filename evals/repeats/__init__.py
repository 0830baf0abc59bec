"""The repeat detector against repeats made by construction."""
