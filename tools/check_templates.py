"""Synthesizes app.py and every example's app.py, and holds each template to cfn-lint and four cdk-nag packs.

`python tools/check_templates.py` checks all of them, each in a process of its own (an app is a script);
`python tools/check_templates.py PATH` checks one.
"""

import json
import os
import runpy
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def apps() -> list[Path]:
    """The example app first, then the examples."""
    return [ROOT / "app.py", *sorted(ROOT.glob("examples/*/app.py"))]


def synthesize(app_path: Path, outdir: Path) -> None:
    """Run an app unchanged, but with cdk-nag's packs added just before its synth; findings raise."""
    os.chdir(app_path.parent)
    context = json.loads((app_path.parent / "cdk.json").read_text(encoding="utf-8")).get("context", {})
    os.environ["CDK_CONTEXT_JSON"] = json.dumps(context)

    import aws_cdk
    import cdk_nag

    class CheckedApp(aws_cdk.App):
        """The app that the script makes, with the packs."""

        def __init__(self, **options: Any) -> None:
            super().__init__(**{**options, "outdir": str(outdir)})
            aws_cdk.Validations.of(self).add_plugins(
                cdk_nag.AwsSolutionsChecks(self),
                cdk_nag.HIPAASecurityChecks(self),
                cdk_nag.NIST80053R5Checks(self),
                cdk_nag.PCIDSS321Checks(self),
            )

    setattr(aws_cdk, "App", CheckedApp)  # noqa: B010  the script looks App up by name
    sys.path.insert(0, str(app_path.parent))
    runpy.run_path(str(app_path), run_name="__main__")


def check(app_path: Path) -> None:
    """Check one app's templates; exits non-zero on any finding."""
    with tempfile.TemporaryDirectory() as outdir:
        synthesize(app_path, Path(outdir))
        templates = sorted(str(path) for path in Path(outdir).rglob("*.template.json"))
        if not templates:
            sys.exit(f"{app_path} synthesized no template")
        subprocess.run([sys.executable, "-m", "cfnlint", "--", *templates], check=True)
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
