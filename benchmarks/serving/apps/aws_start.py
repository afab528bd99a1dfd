"""Runs the start-up code of the AWS image, with its files in the current folder and nginx on loopback."""

from pathlib import Path

from sagemaker_containers import _env, _files, _server  # type: ignore[import-not-found]

HERE = Path.cwd()


def nginx_template(template: str) -> str:
    """AWS's configuration, but for places that only root of a container has to itself."""
    temporary = "".join(
        f"  {kind}_temp_path {HERE}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        template.replace("/tmp/", f"{HERE}/")
        .replace("listen %NGINX_HTTP_PORT%", "listen 127.0.0.1:%NGINX_HTTP_PORT%")
        .replace("http {\n", f"http {{\n{temporary}", 1)
    )


if __name__ == "__main__":
    template_file = str(HERE / "nginx.conf.template")
    _files.write_file(template_file, nginx_template(_files.read_file(_server.nginx_config_template_file)))
    _server.nginx_config_template_file = template_file
    _server.nginx_config_file = str(HERE / "nginx.conf")
    _server.UNIX_SOCKET_BIND = f"unix:{HERE}/gunicorn.sock"
    _server.start(_env.ServingEnv().framework_module)
