import pytest

from local_sagemaker.api_gateway.template_objects import Input, Known, Util
from local_sagemaker.api_gateway.velocity import render
from local_sagemaker.api_gateway.velocity_expressions import TemplateError

BODY = '{"name": "it\'s", "rows": [[1, 2.5], []], "deep": {"a-b": null, "yes": true}, "odd key": 3}'


def rendered(template: str) -> str:
    variables = {
        "input": Input(BODY, {"x-tag": "blue"}),
        "util": Util(),
        "context": Known("$context", {"requestId": "17", "responseOverride": {}}),
        "stageVariables": {"colour": "red"},
        "number": 3,
        "text": "abc",
        "list": ["x", "y"],
        "object": {"key": "value"},
    }
    return render(template, variables)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("plain $ and # and 5$", "plain $ and # and 5$"),
        ("$text ${text}s $!text", "abc abcs abc"),
        ("$none ${none} $!none|$!{none}", "$none ${none} |"),
        ("$context.requestId $stageVariables.colour", "17 red"),
        ("$object.key $object.other $object.other.more", "value $object.other $object.other.more"),
        ("$list[1] $!list[7] $object['key']", "y  value"),
        ("$input.body", BODY),
        ("$input.path('$.name') $input.path('$.rows[0][1]') $input.path(\"$['odd key']\")", "it's 2.5 3"),
        ("$!input.path('$.none.more') $!input.path('$.rows[9]')", " "),
        ("$input.json('$.rows') $input.json('$.name') $input.json('$.none')", '[[1,2.5],[]] "it\'s" '),
        ("$input.params('X-Tag')$input.params('other')", "blue"),
        ("$util.escapeJavaScript($input.path('$.name'))", "it\\'s"),
        ("$util.escapeJavaScript($input.path('$.name')).replaceAll(\"\\\\'\",\"'\")", "it's"),
        ("$util.parseJson('{\"a\": 5}').a", "5"),
        ("$util.base64Decode($util.base64Encode('ü')) $util.urlDecode($util.urlEncode('a b/c'))", "ü a b/c"),
        ("#set($a = 'x$text')$a#set($a = \"x$text\")$a", "x$textxabc"),
        ("#set($a = 1)\n$a", "1"),
        ("#set($context.responseOverride.status = 418)$context.responseOverride.status", "418"),
        ("#if($number == 3)three#end", "three"),
        ("#if($number > 5)a#elseif($number >= 3)b#{else}c#end", "b"),
        ("#if($number < 1)a#elseif($number <= 2)b#else c#{end}!", " c!"),
        ("#if($number lt 4 and ($text ne 'b' || false))y#end", "y"),
        ("#if(!$none && not ($text eq 'x'))y#end", "y"),
        ("#if($text > 1)a#{else}b#end#if($none >= 400)a#{else}b#end", "bb"),
        ("#if(true)a#end#if(null)b#end#if('')c#end#if(1.5 > 1)d#end", "acd"),
        ("#if(true)\na\n#else\nb\n#end\nc", "a\nc"),
        ("a ## a comment\nb#* and\none *#c", "a bc"),
        ("$text.contains('b') $text.startsWith('b') $text.matches('a.c') $text.length()", "true false true 3"),
        ("$text.equals('abc') $text.isEmpty() $text.replace('b', '') $text.toString()", "true false ac abc"),
        ("$list.size() $list.isEmpty() $list.get(0) $object.size() $object.containsKey('key')", "2 false x 1 true"),
        ("$none.contains('x')|$!none.contains('x')", "$none.contains('x')|"),
        ("$input.path('$.deep.yes') $number", "true 3"),
        ("#if($input.path('$.deep.a-b'))a#{else}b#end", "b"),
    ],
)
def test_what_is_known_is_rendered_as_velocity_does(template, text):
    assert rendered(template) == text


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("#foreach($x in $list)$x#end", "#foreach is not emulated"),
        ("#macro(a)#end", "#macro is not emulated"),
        ("$util.time()", r"$util.time() is not emulated with 0 arguments"),
        ("$util.time", "$util.time is not emulated"),
        ("$input.headers", "$input.headers is not emulated"),
        ("$input.params()", "$input.params() is not emulated with 0 arguments"),
        ("$input.path('name')", "begin it with $"),
        ("$input.path('$..name')", "'..name' of the JSONPath '$..name' is not emulated"),
        ("$context.authorizer", "$context.authorizer is not emulated"),
        ("$text.foo()", "$text.foo() is not emulated"),
        ("$text.foo", "$text.foo is not emulated"),
        ("$text[0]", "neither a list nor an object"),
        ("$input.path('$.rows')", "use $input.json"),
        ("$util.parseJson('{')", "is no JSON"),
        ("$util.base64Decode('not base64!')", "$util.base64Decode(): "),
        ("#if($number == 3)a", "#if has no #end"),
        ("#end", "ends nothing"),
        ("#set(a = 1)", "( is missing"),
        ("#set($a 1)", "a name and = is missing"),
        ("#set($a = 1", ") is missing"),
        ("#set($text.member = 1)", "$text.member cannot be set"),
        ("#set($text.member.more = 1)", "$text.member.more cannot be set"),
        ("#set($a = [1])", "is not emulated in an expression"),
        ("${text", "} is missing"),
        ("$list[0", "] is missing"),
        ("$text.contains('a'", ") is missing"),
        ("#if(($number == 3)a#end", ") is missing"),
    ],
)
def test_what_is_not_known_is_refused_by_its_name(template, told):
    with pytest.raises(TemplateError) as caught:
        rendered(template)
    assert told in str(caught.value)


def test_a_body_that_is_no_json_is_a_text():
    variables = {"input": Input("a,b", {})}
    assert render("$input.path('$')|$input.json('$')", variables) == 'a,b|"a,b"'
    assert render("$input.json('$')", {"input": Input("", {})}) == "{}"
