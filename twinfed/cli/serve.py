"""``twinfed serve``: the HTTP endpoint of a cluster."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from twinfed.cli import failures, options, progress
from twinfed.cli.output import answers


def serve(
    cluster: options.Cluster,
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on; others than loopback need a token.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0: any free port.")] = 8000,
    data_dir: options.DataDir = None,
    engine: options.EngineOption = "ray",
    emulate_until: Annotated[
        str | None,
        typer.Option(
            "--emulate-until",
            help="Run the cluster's emulated plant to this moment and tell its state first.",
            show_default=False,
        ),
    ] = None,
    recording: Annotated[
        Path | None,
        typer.Option(
            "--replay", help="Tell this recording to the twins first.", show_default=False
        ),
    ] = None,
    seed: options.Seed = 1,
    token_file: Annotated[
        Path | None,
        typer.Option(
            "--token-file",
            help="File with the access token; or set TWINFED_TOKEN.",
            show_default=False,
        ),
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Serve twins, graph and what-ifs over HTTP until Ctrl-C or SIGTERM.

    The twins' journals live in --data-dir, by default in $XDG_DATA_HOME/twinfed/<cluster>, and are
    there again at the next start. The address to ask is printed when the server answers.
    """
    settings = options.settings()
    chosen = options.engine(engine)
    with answers(as_json=as_json) as out, ExitStack() as stack:
        from twinfed.endpoint import security, server
        from twinfed.settings import read_token

        if token_file:
            settings = replace(settings, token=read_token(token_file))
        token = settings.token
        security.check_exposure(host, token)
        server.end_on_sigterm(failures.OK)
        listener = stack.enter_context(server.bind(host, port))
        until = options.moment(emulate_until, "--emulate-until") if emulate_until else None

        from federation.topology.load import load_cluster
        from twinfed.client import LocalCluster
        from twinfed.endpoint.app import create_app
        from twinfed.samples import find_cluster

        folder = find_cluster(cluster)
        spec = load_cluster(folder)
        progress.note(f"opening {spec.id} ...")
        fed = stack.enter_context(
            LocalCluster(
                spec,
                engine=chosen,
                data_dir=data_dir or settings.data_home / spec.id,
                folder=folder,
                twins_per_host=settings.twins_per_host,
            )
        )
        if recording is not None:
            with progress.bar("replaying", "rows") as update:
                fed.replay(recording, progress=lambda rows: update(rows, 0))
        if until is not None:
            from twinfed.cli.compiling import compile_kernels

            compile_kernels()
            with progress.bar(f"emulating until {until.isoformat()}", "rows") as update:
                fed.emulate(until, seed=seed, progress=lambda rows: update(rows, 0))

        def ready() -> None:
            url = server.url_of(listener)
            out.show(f"{len(spec.sites)} twins of {spec.id} answer at {url}/api/v1/twins")
            out.show(f"all routes: {url}/openapi.json")
            out.document({"url": url, "cluster": spec.id, "data_dir": fed.data_dir})

        server.end_on_sigterm(failures.OK)  # Ray, once started, has a handler of its own
        server.run(create_app(fed, settings, token=token), listener, ready)
