"""What ingest keeps and holds back."""
