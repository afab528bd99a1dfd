"""Input that was not sent at all: it is no table, or too long for a request."""

from endpoint_client.exceptions import InvalidInput, PayloadTooLarge
from endpoint_client.explanations.rule import Rule

_COMPACT = (
    "Send it in a more compact form (float32 as NPY takes 4 bytes a value, JSON about 19):\n"
    'predictor.predict(numpy.asarray(rows, dtype="float32"))'
)

RULES = (
    Rule(
        kind=InvalidInput,
        says=r"has shape",
        what="The input has no rows or no features, and nothing was sent: {f.message}",
        why=("It is empty: a filter, a query or a file gave nothing.",),
        remedy=("Look at it before the call:\nprint(numpy.shape(rows))", "Leave the call out where there are no rows."),
    ),
    Rule(
        kind=InvalidInput,
        says="is not a table",
        what="The rows have different numbers of features, and nothing was sent: {f.message}",
        why=("A value is missing in one row, or a row is nested deeper than the others.",),
        remedy=("Find the rows that differ:\nprint(collections.Counter(map(len, rows)))",),
    ),
    Rule(
        kind=InvalidInput,
        says="has dtype|the input holds a",
        what="The input holds values that no model takes, and nothing was sent: {f.message}",
        why=("Dates, decimals, bytes or objects stand where numbers, booleans, text or missing values are wanted.",),
        remedy=(
            "Look at the types of the columns:\nprint(frame.dtypes)",
            'Convert what is no number, as for the fit:\nframe["day"] = frame["day"].dt.dayofyear',
        ),
    ),
    Rule(
        kind=InvalidInput,
        says="cannot be sent as",
        what="The content type cannot carry this input, and nothing was sent: {f.message}",
        why=("content_type was named, and this input has other types or another shape than it holds.",),
        remedy=("Leave content_type out: the client chooses one that carries the input.",),
    ),
    Rule(
        kind=InvalidInput,
        what="The input cannot be put into a request, and nothing was sent: {f.message}",
        remedy=("Give rows of numbers, text, booleans or missing values: a list, an array or a DataFrame.",),
    ),
    Rule(
        kind=PayloadTooLarge,
        when=lambda facts: getattr(facts.error, "row", None) is not None,
        what="One row alone is too long for a request ({f.bytes_of_limit}): {f.message}",
        why=("A row is never cut. It holds a very long text, or very many features.",),
        remedy=(
            "{f.look_at_row}",
            _COMPACT,
            "Send what is mostly zeros as a sparse matrix:\npredictor.predict(scipy.sparse.csr_matrix(rows))",
        ),
    ),
    Rule(
        kind=PayloadTooLarge,
        says="input_path",
        what="The input is too long to travel in an asynchronous call ({f.bytes_of_limit}).",
        why=("Such a call holds 128,000 bytes; what is longer lies in S3 first.",),
        remedy=(
            'Name the stack\'s output AsyncInputPath:\npredictor.predict_async(rows, input_path="s3://BUCKET/input/")',
        ),
    ),
    Rule(
        kind=PayloadTooLarge,
        when=lambda facts: getattr(facts.error, "size", 0) > 0,
        what="The input is too long for one request ({f.bytes_of_limit}), and may not be cut.",
        why=("Bytes, and any input with raw=True, go in one request.",),
        remedy=(
            "Leave raw=True out, and pass rows in place of bytes: they are sent in as many requests as it takes.",
            "Or cut it yourself, and send fewer rows at once.",
            _COMPACT,
        ),
    ),
    Rule(
        kind=PayloadTooLarge,
        what="The service refused the request as too large (status 413): {f.message}",
        why=(
            "The endpoint is serverless: these take 4 MB in a request, where the client's default is 6 MB.",
            "max_payload_bytes was set higher than the endpoint takes.",
            "A front door before the endpoint has a lower limit.",
        ),
        remedy=(
            'Have the input cut into smaller requests:\nPredictor("{f.name}", max_payload_bytes=4_194_304)',
            _COMPACT,
        ),
    ),
)
