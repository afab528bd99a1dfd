import inspect

from endpoint_client import Predictor
from endpoint_client.prediction.predictor_settings import PredictorSettings


def test_they_are_the_keywords_of_the_predictor():
    keywords = [name for name, one in inspect.signature(Predictor).parameters.items() if one.kind == one.KEYWORD_ONLY]
    assert [*PredictorSettings.__annotations__] == keywords
