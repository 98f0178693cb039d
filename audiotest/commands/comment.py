"""``audiotest comment``: a run as a comment on the pull or merge request that the CI job is of; it updates itself."""

from __future__ import annotations

import click


@click.command("comment")
@click.argument("run", type=click.Path(exists=True, file_okay=False))
@click.option("--name", default="", help="What distinguishes this comment from those of other jobs.")
@click.option("--link", default="", help="The address of the HTML report, such as that of the job's artifact.")
def command(run: str, name: str, link: str) -> None:
    """Write a comment about RUN, a folder that `pytest --results` wrote, under the pull or merge request of this job.

    A comment of an earlier job with the same --name is updated. On GitHub Actions the job needs
    `permissions: {pull-requests: write}` and GITHUB_TOKEN in the environment; on GitLab CI, GITLAB_TOKEN: a project
    access token with the scope `api`. `audiotest report RUN --format pr` prints the same text.
    """
    from audiotest.errors import AudiotestError
    from audiotest.report.forges import forge, post
    from audiotest.report.pull_request import comment, marker
    from audiotest.runs import Run

    try:
        text = "\n".join(comment(Run.load(run, prompts=False), name=name, link=link))
        click.echo(post(forge(), text, marker(name)))
    except AudiotestError as error:
        raise click.ClickException(str(error)) from None
