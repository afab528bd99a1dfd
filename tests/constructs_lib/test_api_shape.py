from constructs_lib.api_shape import api_shape


def test_names_become_the_apis_and_what_is_none_is_left_out():
    given = {"variantName": "A", "coreDumpConfig": None, "serverlessConfig": {"memorySizeInMb": 1024}}
    assert api_shape([given]) == [{"VariantName": "A", "ServerlessConfig": {"MemorySizeInMB": 1024}}]


def test_the_keys_of_an_environment_are_the_users():
    assert api_shape({"environment": {"lower": "x"}, "image": "i"}) == {"Environment": {"lower": "x"}, "Image": "i"}


def test_intrinsic_functions_become_tokens_that_a_definition_can_hold(stack):
    reference = {"Fn::GetAtt": ["Model", "ModelName"]}
    shape = api_shape({"modelName": reference, "environment": {"A": {"Ref": "B"}}})
    assert stack.resolve(shape) == {"ModelName": reference, "Environment": {"A": {"Ref": "B"}}}
    text = stack.resolve(stack.to_json_string(shape))
    assert text == {"Fn::Join": ["", ['{"ModelName":"', reference, '","Environment":{"A":"', {"Ref": "B"}, '"}}']]}
