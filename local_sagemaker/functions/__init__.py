"""Lambda functions in Python, run for real, where CloudFormation calls them."""
