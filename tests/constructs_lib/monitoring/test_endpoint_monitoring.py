import pytest
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk.assertions import Match, Template

from constructs_lib import (
    ConfigurationError,
    EndpointAlarms,
    ModelData,
    Prices,
    SklearnEndpoint,
    SklearnEndpointMonitoring,
    SklearnModel,
)

NO_ALARMS = EndpointAlarms(
    server_error_percent={},
    client_error_percent={},
    model_latency_p99={},
    cpu_percent={},
    memory_percent={},
    disk_percent={},
)


def test_one_topic_of_its_own_is_told_of_every_alarm_and_of_its_end(stack, make_endpoint):
    monitoring = SklearnEndpointMonitoring(stack, "Watch", endpoint=make_endpoint())
    template = Template.from_stack(stack)
    template.resource_count_is("AWS::SNS::Topic", 1)
    assert set(monitoring.topics) == {"warning", "critical"}
    (topic,) = template.find_resources("AWS::SNS::Topic")
    template.all_resources_properties(
        "AWS::CloudWatch::Alarm", {"AlarmActions": [{"Ref": topic}], "OKActions": [{"Ref": topic}]}
    )
    template.has_resource_properties(
        "AWS::SNS::TopicPolicy",
        {
            "PolicyDocument": {
                "Statement": Match.array_with(
                    [Match.object_like({"Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "false"}}})]
                )
            }
        },
    )
    template.has_output("*", {"Description": "told by the alarms of the endpoint"})


def test_a_key_encrypts_the_topic_and_lets_cloudwatch_use_it(stack, make_endpoint):
    key = kms.Key(stack, "Key")
    SklearnEndpointMonitoring(stack, "Watch", endpoint=make_endpoint(), encryption_key=key)
    template = Template.from_stack(stack)
    template.has_resource_properties("AWS::SNS::Topic", {"KmsMasterKeyId": {"Fn::GetAtt": [Match.any_value(), "Arn"]}})
    statement = {
        "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Resource": "*",
    }
    template.has_resource_properties("AWS::KMS::Key", {"KeyPolicy": {"Statement": Match.array_with([statement])}})


def test_each_severity_has_its_topic(stack, make_endpoint):
    pager, mail = sns.Topic(stack, "Pager"), sns.Topic(stack, "Mail")
    monitoring = SklearnEndpointMonitoring(
        stack,
        "Watch",
        endpoint=make_endpoint(),
        topics={"critical": pager, "warning": mail},
        tell_recovery=False,
    )
    template = Template.from_stack(stack)
    for severity, topic in {"critical": pager, "warning": mail}.items():
        template.has_resource_properties(
            "AWS::CloudWatch::Alarm",
            {
                "AlarmName": Match.string_like_regexp(f"-{severity}$"),
                "AlarmActions": [stack.resolve(topic.topic_arn)],
                "OKActions": Match.absent(),
            },
        )
    assert {watched.severity for watched in monitoring.alarms} == {"critical", "warning"}


def test_one_topic_may_be_for_all(stack, make_endpoint):
    topic = sns.Topic(stack, "Topic")
    SklearnEndpointMonitoring(stack, "Watch", endpoint=make_endpoint(), topics=topic)
    Template.from_stack(stack).resource_count_is("AWS::SNS::Topic", 1)


def test_without_alarms_nobody_is_told(stack, make_endpoint):
    monitoring = SklearnEndpointMonitoring(stack, "Watch", endpoint=make_endpoint(), alarms=NO_ALARMS)
    assert (monitoring.alarms, monitoring.topics) == ((), {})
    template = Template.from_stack(stack)
    template.resource_count_is("AWS::SNS::Topic", 0)
    template.resource_count_is("AWS::CloudWatch::Dashboard", 1)


def test_the_dashboard_has_the_name_of_endpoint_and_region_or_yours(make_stack):
    stack = make_stack(region="eu-west-1")
    endpoint = SklearnEndpoint.from_endpoint_name(stack, "Endpoint", "churn")
    SklearnEndpointMonitoring(stack, "Watch", endpoint=endpoint)
    SklearnEndpointMonitoring(stack, "Again", endpoint=endpoint, dashboard_name="mine", alarms=NO_ALARMS)
    template = Template.from_stack(stack)
    for name in ("churn-eu-west-1", "mine"):
        template.has_resource_properties("AWS::CloudWatch::Dashboard", {"DashboardName": name})
        template.has_output("*", {"Value": name})


def test_widgets_go_to_a_dashboard_of_yours(stack, make_endpoint):
    dashboard = cloudwatch.Dashboard(stack, "Mine")
    monitoring = SklearnEndpointMonitoring(stack, "Watch", endpoint=make_endpoint(), dashboard=dashboard)
    assert monitoring.dashboard is dashboard
    Template.from_stack(stack).resource_count_is("AWS::CloudWatch::Dashboard", 1)


def test_alarms_that_undo_an_update_and_others_are_shown(stack, model_dir):
    model = SklearnModel(stack, "Model", model_data=ModelData.from_directory(model_dir))
    endpoint = SklearnEndpoint(stack, "Endpoint", model=model)
    other = cloudwatch.Alarm.from_alarm_arn(stack, "Other", "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:other")
    SklearnEndpointMonitoring(stack, "Watch", endpoint=endpoint, other_alarms=[other])
    body = str(Template.from_stack(stack).find_resources("AWS::CloudWatch::Dashboard"))
    for alarm in endpoint.rollback_alarms:
        assert stack.resolve(alarm.alarm_arn)["Fn::GetAtt"][0] in body
    assert "alarm:other" in body


def test_what_does_not_go_together_is_said_in_one_list(stack, make_endpoint):
    topic = sns.Topic(stack, "Topic")
    with pytest.raises(ConfigurationError) as caught:
        SklearnEndpointMonitoring(
            stack,
            "Watch",
            endpoint=make_endpoint(),
            alarms=EndpointAlarms(concurrency_percent={"page": 80}),
            topics={"warning": topic, "pager": topic},
            encryption_key=kms.Key(stack, "Key"),
            prices=Prices(gigabyte_second=1),
            dashboard=cloudwatch.Dashboard(stack, "Mine"),
            dashboard_name="my own",
        )
    assert [problem.partition(";")[0] for problem in caught.value.problems] == [
        "alarms has concurrency_percent, and an endpoint of kind 'instances' publishes no such metric",
        "prices has gigabyte_second, and the endpoint is not serverless",
        "topics and encryption_key are both given",
        "dashboard and dashboard_name are both given",
        "dashboard_name 'my own' is not a name",
        "topics has none for severity 'critical'",
        "topics has severity 'pager', which no alarm has",
    ]


def test_what_lies_elsewhere_is_refused(make_stack):
    stack = make_stack(region="eu-west-1")
    endpoint = SklearnEndpoint.from_endpoint_arn(
        stack, "Endpoint", "arn:aws:sagemaker:us-east-1:999999999999:endpoint/churn"
    )
    topic = sns.Topic.from_topic_arn(stack, "Topic", "arn:aws:sns:us-east-1:999999999999:pager")
    with pytest.raises(ConfigurationError) as caught:
        SklearnEndpointMonitoring(stack, "Watch", endpoint=endpoint, topics=topic)
    assert [problem.partition(";")[0] for problem in caught.value.problems] == [
        "the endpoint is in region us-east-1 and the stack in eu-west-1",
        "the endpoint is in account 999999999999 and the stack in 123456789012",
        "the topic is in region us-east-1 and the stack in eu-west-1",
    ]
