"""The CloudWatch metrics of a production variant or a shadow variant, one method each.

Those of inference components have no method: no construct of this library makes one.
"""

from __future__ import annotations

from constructs_lib.monitoring.async_metrics import AsyncMetrics
from constructs_lib.monitoring.instance_metrics import InstanceMetrics
from constructs_lib.monitoring.invocation_metrics import InvocationMetrics
from constructs_lib.monitoring.multi_model_metrics import MultiModelMetrics
from constructs_lib.monitoring.serverless_metrics import ServerlessMetrics
from constructs_lib.monitoring.stream_metrics import StreamMetrics


class VariantMetrics(
    InvocationMetrics, StreamMetrics, ServerlessMetrics, AsyncMetrics, MultiModelMetrics, InstanceMetrics
):
    """Metrics of one variant of one endpoint, known by their names alone.

    Parameters
    ----------
    endpoint_name, variant_name
        As SageMaker writes them, capital letters included.

    Example
    -------
    >>> metric = VariantMetrics("churn", "AllTraffic").metric_model_latency(statistic="p99")
    >>> metric.namespace, metric.metric_name, metric.statistic
    ('AWS/SageMaker', 'ModelLatency', 'p99')
    """

    def __init__(self, endpoint_name: str, variant_name: str) -> None:
        super().__init__({"EndpointName": endpoint_name, "VariantName": variant_name})
        self._endpoint_name = endpoint_name
        self._variant_name = variant_name

    @property
    def endpoint_name(self) -> str:
        """Name of the endpoint."""
        return self._endpoint_name

    @property
    def variant_name(self) -> str:
        """Name of the variant."""
        return self._variant_name
