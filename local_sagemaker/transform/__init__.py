"""Batch transform: jobs that send the records of objects in S3 through a model, and write what comes back."""
