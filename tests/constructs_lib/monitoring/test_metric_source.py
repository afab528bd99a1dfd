from constructs_lib.monitoring.metric_source import INSTANCES, MetricSource


def test_a_metric_without_a_method_is_found_by_its_name():
    source = MetricSource({"EndpointName": "churn", "VariantName": "AllTraffic"})
    metric = source.metric("CPUUtilization", namespace=INSTANCES, dimensions={"InstanceId": "i-0"}, statistic="p90")
    assert (metric.namespace, metric.metric_name, metric.statistic) == (INSTANCES, "CPUUtilization", "p90")
    assert metric.dimensions == {"EndpointName": "churn", "VariantName": "AllTraffic", "InstanceId": "i-0"}


def test_its_defaults_are_those_of_what_sagemaker_counts():
    metric = MetricSource({"EndpointName": "churn"}).metric("Custom")
    assert (metric.namespace, metric.statistic, metric.period.to_seconds()) == ("AWS/SageMaker", "Average", 300)
