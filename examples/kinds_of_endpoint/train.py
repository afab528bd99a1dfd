"""Trains classifiers of wines: `python train.py` writes model/champion, model/challenger and three models by cellar."""

import os
from pathlib import Path

import joblib
from sklearn.datasets import load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def main() -> None:
    features, cultivars = load_wine(return_X_y=True)
    model_dir = Path(os.environ.get("SM_MODEL_DIR", "model"))
    champion = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(features, cultivars)
    challenger = RandomForestClassifier(50, random_state=0).fit(features, cultivars)
    models = {"champion": champion, "challenger": challenger}
    for cellar in range(3):
        # A cellar knows every third bottle.
        rows = slice(cellar, None, 3)
        model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
        models[f"cellars/cellar-{cellar}"] = model.fit(features[rows], cultivars[rows])
    for name, model in models.items():
        (model_dir / name).mkdir(parents=True, exist_ok=True)
        joblib.dump(model, model_dir / name / "model.joblib")


if __name__ == "__main__":
    main()
