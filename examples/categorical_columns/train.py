"""Trains a regressor on a data frame with columns of text: `python train.py` writes model/model.joblib."""

import os
from pathlib import Path

import joblib
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_diabetes
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

TEXT, NUMBERS = ["sex", "weight"], ["age", "bp"]


def patients() -> tuple[pd.DataFrame, pd.Series]:
    """442 patients, and the progression of their diabetes after a year.

    The columns are ``age`` in years; ``sex``, by the codes "1" and "2" of the data set: text that looks like numbers;
    ``weight``, text made of the body mass index; and ``bp``, blood pressure.
    """
    data, progression = load_diabetes(return_X_y=True, as_frame=True, scaled=False)
    weight = pd.cut(data["bmi"], [0, 25, 30, 100], labels=["normal", "overweight", "obese"])
    sex = data["sex"].astype(int).astype(str)
    return pd.DataFrame({"age": data["age"], "sex": sex, "weight": weight.astype(str), "bp": data["bp"]}), progression


def main() -> None:
    frame, progression = patients()
    prepared = ColumnTransformer(
        [("text", OneHotEncoder(), TEXT), ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), NUMBERS)]
    )
    model = make_pipeline(prepared, Ridge()).fit(frame, progression)
    model_dir = Path(os.environ.get("SM_MODEL_DIR", "model"))
    model_dir.mkdir(parents=True, exist_ok=True)
    joblib.dump(model, model_dir / "model.joblib")


if __name__ == "__main__":
    main()
