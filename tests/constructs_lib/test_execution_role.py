import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Annotations, Match, Template

from constructs_lib import statements
from constructs_lib.execution_role import add_policies

NEEDED = {
    "ModelData01234567": [statements.read_object("arn:aws:s3:::bucket/key")],
    "Logs": [statements.put_metrics()],
}
IMPORTED_ARN = "arn:aws:iam::123456789012:role/imported"


def own_role(stack: cdk.Stack, name: str = "Role") -> iam.Role:
    return iam.Role(stack, name, assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))


def test_each_thing_that_is_reached_has_a_policy_of_its_own(stack):
    added = add_policies(stack, roles=[own_role(stack)], statements_by_id=NEEDED)
    assert [policy.node.id for policy in added] == list(NEEDED)
    template = Template.from_stack(stack)
    template.resource_count_is("AWS::IAM::Policy", 2)
    template.has_resource_properties(
        "AWS::IAM::Policy",
        {
            "PolicyDocument": {"Version": "2012-10-17", "Statement": NEEDED["ModelData01234567"]},
            "PolicyName": f"ModelData01234567-{stack.node.addr[-8:]}",
            "Roles": [{"Ref": Match.string_like_regexp("Role")}],
        },
    )


def test_several_roles_share_a_policy(stack):
    add_policies(stack, roles=[own_role(stack, "A"), own_role(stack, "B")], statements_by_id={"Logs": NEEDED["Logs"]})
    Template.from_stack(stack).has_resource_properties(
        "AWS::IAM::Policy", {"Roles": [{"Ref": Match.any_value()}, {"Ref": Match.any_value()}]}
    )


def test_an_imported_role_stays_as_it_is_and_its_owner_is_told_what_it_needs(stack):
    role = iam.Role.from_role_arn(stack, "Imported", IMPORTED_ARN)
    assert add_policies(stack, roles=[role], statements_by_id=NEEDED) == []
    cdk.CfnResource(stack, "Topic", type="AWS::SNS::Topic")
    Template.from_stack(stack).resource_count_is("AWS::IAM::Policy", 0)
    Annotations.from_stack(stack).has_warning(
        "/Churn",
        Match.string_like_regexp(
            r'nothing is added to an imported role; give it these statements: \[.*"s3:GetObject".*bucket/key'
            r'.*"cloudwatch:PutMetricData".*\[ack: constructs_lib:imported-role\]'
        ),
    )


def test_an_imported_role_beside_one_of_our_own_changes_nothing_for_that(stack):
    roles = [iam.Role.from_role_arn(stack, "Imported", IMPORTED_ARN), own_role(stack)]
    assert len(add_policies(stack, roles=roles, statements_by_id=NEEDED)) == 2
    Annotations.from_stack(stack).has_warning("/Churn", Match.string_like_regexp("imported role"))
