"""Lambda functions in Python, run for real: by InvokeFunction, at their URLs, and where CloudFormation calls them."""
