"""Synthesizes app.py and every example's app.py, and holds each template to cfn-lint and four cdk-nag packs.

`python tools/check_templates.py` checks all of them, each in a process of its own (an app is a script);
`python tools/check_templates.py PATH` checks one.
"""

import json
import os
import runpy
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from cfnlint.runner import main as cfn_lint

ROOT = Path(__file__).resolve().parent.parent
BREAST_CANCER = ROOT / "examples" / "breast_cancer"
# What the command line would have written for an app that serves the model of a training job, or of a tuning.
JOB = "diabetes-2026-11-28-08-00-00-000"
LOOKED_UP = {
    "job": JOB,
    "tuned": "true",
    f"sagemaker-sklearn-cdk:training-job:123456789012:us-east-1:{JOB}": {
        "model_data": f"s3://bucket/training/{JOB}/output/model.tar.gz",
        "sklearn_version": "1.9.0",
    },
}


def apps() -> list[Path]:
    """The example app first, then the examples."""
    return [ROOT / "app.py", *sorted(ROOT.glob("examples/*/app.py"))]


def train(app_path: Path, folder: Path) -> None:
    """Copy an app's project to a folder of its own, and train its model there."""
    if app_path.parent == ROOT:
        for name in ("app.py", "cdk.json"):
            shutil.copy(ROOT / name, folder)
        commands: list[list[Path | str]] = [
            [BREAST_CANCER / "prepare_data.py", "data"],
            [BREAST_CANCER / "train.py", "--train", "data/train"],
        ]
    else:
        shutil.copytree(app_path.parent, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("model", "cdk.out"))
        # An app whose model is trained on SageMaker has none to begin with.
        commands = [[folder / "train.py"]] if (folder / "train.py").is_file() else []
    for command in commands:
        subprocess.run([sys.executable, *command], cwd=folder, check=True)


def synthesize(folder: Path) -> list[Path]:
    """Run an app unchanged, but with cdk-nag's packs added just before its synth; findings raise."""
    os.chdir(folder)
    context = json.loads((folder / "cdk.json").read_text(encoding="utf-8")).get("context", {})
    os.environ["CDK_CONTEXT_JSON"] = json.dumps(context | LOOKED_UP)

    import aws_cdk
    import cdk_nag

    class CheckedApp(aws_cdk.App):
        """The app that the script makes, with the packs."""

        def __init__(self, **options: Any) -> None:
            super().__init__(**{**options, "outdir": str(folder / "cdk.out")})
            aws_cdk.Validations.of(self).add_plugins(
                cdk_nag.AwsSolutionsChecks(self),
                cdk_nag.HIPAASecurityChecks(self),
                cdk_nag.NIST80053R5Checks(self),
                cdk_nag.PCIDSS321Checks(self),
            )

    setattr(aws_cdk, "App", CheckedApp)  # noqa: B010  the script looks App up by name
    runpy.run_path(str(folder / "app.py"), run_name="__main__")
    return sorted((folder / "cdk.out").rglob("*.template.json"))


def check(app_path: Path) -> None:
    """Check one app's templates; exits non-zero on any finding."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        train(app_path, folder)
        templates = synthesize(folder)
        if not templates:
            sys.exit(f"{app_path} synthesized no template")
        sys.argv = ["cfn-lint", "--", *map(str, templates)]
        try:
            cfn_lint()
        except SystemExit as finished:
            if finished.code:
                raise
    print(f"{app_path.relative_to(ROOT)}: {len(templates)} template(s), no finding")


def main() -> None:
    if len(sys.argv) > 1:
        check(Path(sys.argv[1]).resolve())
        return
    failed = [path for path in apps() if subprocess.run([sys.executable, __file__, str(path)], check=False).returncode]
    if failed:
        sys.exit("findings in " + ", ".join(str(path.relative_to(ROOT)) for path in failed))


if __name__ == "__main__":
    main()
