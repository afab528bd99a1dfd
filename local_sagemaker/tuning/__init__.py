"""Hyperparameter tuning jobs: training jobs with values that a search chooses, one after the other or side by side."""
