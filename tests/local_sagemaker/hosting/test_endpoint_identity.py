"""What AWS derives from an endpoint's name."""

from local_sagemaker.hosting.endpoint_identity import EndpointIdentity


def test_the_arn_has_the_name_in_lower_case_and_the_log_group_as_it_is():
    endpoint = EndpointIdentity("Churn", "123456789012", "cn-north-1")
    assert endpoint.arn == "arn:aws-cn:sagemaker:cn-north-1:123456789012:endpoint/churn"
    assert endpoint.log_group == "/aws/sagemaker/Endpoints/Churn"
    assert endpoint.log_group_arn == "arn:aws-cn:logs:cn-north-1:123456789012:log-group:/aws/sagemaker/Endpoints/Churn"
    assert endpoint.dimensions("A") == [
        {"Name": "EndpointName", "Value": "Churn"},
        {"Name": "VariantName", "Value": "A"},
    ]
