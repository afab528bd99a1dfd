"""How long a request waits for its next try, where botocore does not say it."""

# Seconds; botocore's own pauses are bounded by 20 as well.
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 20.0
