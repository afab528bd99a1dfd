"""Input that reached the model's container, and that the container refused with a status of 4xx."""

from endpoint_client.exceptions import InputRejected
from endpoint_client.explanations.rule import Rule

_HEADER = "Send a DataFrame with the names of the fit; their order does not matter:\npredictor.predict(frame[names])"
_SAME = "Prepare the rows as for the fit, best within the model (a Pipeline), so that callers send raw values."

RULES = (
    Rule(
        kind=InputRejected,
        when=lambda facts: facts.status == 415,
        what="The endpoint does not read this content type: {f.message}",
        why=(
            "content_type names a format that needs a library which the container lacks (parquet and Arrow: pyarrow).",
            "An input_fn of your own takes another format.",
        ),
        remedy=(
            (
                "Leave content_type out, or name one that every endpoint of this project reads:\n"
                'predictor.predict(rows, content_type="application/json")'
            ),
        ),
    ),
    Rule(
        kind=InputRejected,
        when=lambda facts: facts.status == 406,
        what="The endpoint cannot write its answer in the format that was asked for: {f.message}",
        why=("accept names a format that cannot hold this answer, or that is not known.",),
        remedy=('Ask for another, or leave accept out:\npredictor.predict(rows, accept="application/json")',),
    ),
    Rule(
        kind=InputRejected,
        when=lambda facts: facts.status == 413,
        what="The container refused the request as too large: {f.message}",
        why=(
            "Its limit is SKLEARN_RUNTIME_MAX_BODY_BYTES, 100 MB by default, also for what a compressed body becomes.",
        ),
        remedy=('Have the input cut into smaller requests:\nPredictor("{f.name}", max_payload_bytes=1_000_000)',),
    ),
    Rule(
        kind=InputRejected,
        says=r"UnknownMethod|has no method|method=\w+ cannot be chosen",
        what="The model does not have the method that was asked for: {f.message}",
        why=(
            (
                "The kind of model lacks it: regressors have no predict_proba, SVC only with probability=True, and "
                "clusterers and transformers have others."
            ),
            "The endpoint runs a script of yours, which decides what is called.",
        ),
        remedy=(
            'Ask for one that it has (the message lists them):\nPredictor("{f.name}", method="predict")',
            "Or fit a model that has it, for example with CalibratedClassifierCV, and deploy it.",
        ),
    ),
    Rule(
        kind=InputRejected,
        says=r"MissingValue|Input X contains NaN|contains NaN",
        what="A value is missing, and the model takes none{f.row_and_column}: {f.message}",
        why=(
            "The input has an empty field, None or NaN there.",
            "The model has no step that fills in missing values.",
        ),
        remedy=(
            "{f.look_at_row}",
            "Fill it before the call:\nframe = frame.fillna(medians)",
            "Or let the model do it: put SimpleImputer first in its Pipeline, fit and deploy it again.",
        ),
    ),
    Rule(
        kind=InputRejected,
        says=r"feature names|header does not name|picks columns by name|unseen at fit time|seen at fit time",
        what="The columns do not have the names that the model was fitted on: {f.message}",
        why=(
            "A column is missing, is called otherwise, or is one too many (the target, an index).",
            "The names were lost on the way: an array has none.",
        ),
        remedy=(
            "Look at the names that the model has, where it lies:\nprint(model.feature_names_in_)",
            _HEADER,
        ),
    ),
    Rule(
        kind=InputRejected,
        says=r"X has \d+ features?, but|expecting \d+ features?|\d+ columns?, the model takes \d+|features as input",
        what="The rows have another number of features than the model was fitted on: {f.message}",
        why=(
            "A column is missing or is one too many: the target, an index (to_csv writes it), an id.",
            "One sample was given as a column: a list of n values is one row of n features.",
            "The endpoint has another model than you think, fitted on other features.",
        ),
        remedy=(
            "Compare the two numbers:\nprint(numpy.shape(rows), model.n_features_in_)",
            _HEADER,
        ),
    ),
    Rule(
        kind=InputRejected,
        says="unknown categor|which the model does not know",
        what="A category was not there when the model was fitted{f.row_and_column}: {f.message}",
        why=('The value is new, misspelt, or written otherwise (case, blanks, 1 and "1").',),
        remedy=(
            "{f.look_at_row}",
            (
                "Correct it, or fit the encoder so that it takes new ones, and deploy it again:\n"
                'OneHotEncoder(handle_unknown="ignore")'
            ),
        ),
    ),
    Rule(
        kind=InputRejected,
        says="could not convert string|is not a number|a row holds numbers only|takes numbers",
        what="There is text where the model takes numbers{f.row_and_column}: {f.message}",
        why=(
            "A column of text was sent that the model does not encode, or a number with a unit, blank or comma.",
            "The first line of a CSV is a header, and was sent as a row.",
        ),
        remedy=(
            "{f.look_at_row}",
            "Look at the types of the columns:\nprint(frame.dtypes)",
            'Turn them into numbers:\nframe["age"] = pandas.to_numeric(frame["age"])',
            _SAME,
        ),
    ),
    Rule(
        kind=InputRejected,
        says="MalformedBody",
        what="The body is not what its content type says: {f.message}",
        why=("Bytes were sent with another content_type than theirs, or were cut off.",),
        remedy=(
            "Name their own, or give rows in place of bytes, and the client encodes them:\npredictor.predict(rows)",
        ),
    ),
    Rule(
        kind=InputRejected,
        says="infinity|too large for dtype",
        what="A value is infinite, or too large for the model{f.row_and_column}: {f.message}",
        why=("A division by zero or an overflow made it before it was sent.",),
        remedy=("Find such rows:\nprint(rows[~numpy.isfinite(rows).all(axis=1)])",),
    ),
    Rule(
        kind=InputRejected,
        when=lambda facts: facts.status == 404,
        what="The container does not have what was asked for: {f.message}",
        why=("A multi-model endpoint has no model of this name, or the container is no model server.",),
        remedy=("Check target_model, and that the model lies below the endpoint's prefix in S3.",),
    ),
    Rule(
        kind=InputRejected,
        what="The model refused the input{f.row_and_column} (status {f.status}): {f.message}",
        why=(
            "The values are not such as the model was fitted on.",
            "A hook of yours, or a transformer within the model, refuses them.",
        ),
        remedy=(
            "Change what the message names, and send it again; the same input is refused again.",
            _SAME,
            "The traceback, where there is one, stands in the log:\n{f.tail}",
        ),
    ),
)
