"""Where comments on changes live: the pull requests of GitHub, the merge requests of GitLab.

Both are the same to us: comments are listed page by page, one of ours is known by its first line, and is written or
changed. What address and token are is said by the CI job's environment.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from audiotest.errors import AudiotestError
from audiotest.masking import masked

_TIMEOUT_S = 30
_PAGES = 30
_PER_PAGE = 100
_LONGEST = 60_000
"""Characters that GitHub takes are 65,536."""


class NoComment(AudiotestError):
    """A comment that cannot be written; says why and what to do."""


class Forge(Struct, frozen=True):
    """The comments of one request: ``url`` lists them and takes new ones, ``one`` (with ``{id}``) changes one by the
    method ``change``. ``right`` says what the token needs."""

    url: str
    one: str
    change: str
    headers: dict[str, str]
    right: str


def forge(environment: Mapping[str, str] | None = None) -> Forge:
    """Where the comment of this CI job goes. Raises :class:`NoComment` outside of a pull or merge request's job."""
    env = os.environ if environment is None else environment
    if env.get("GITHUB_ACTIONS") == "true":
        return _github(env)
    if env.get("GITLAB_CI"):
        return _gitlab(env)
    raise NoComment(
        "this is no job of GitHub Actions or GitLab CI; `audiotest report RUN --format pr` prints the comment"
    )


def _github(env: Mapping[str, str]) -> Forge:
    number, token = _pull_request(env.get("GITHUB_EVENT_PATH", "")), env.get("GITHUB_TOKEN", "")
    if not number:
        raise NoComment("this job is of no pull request, so there is nothing to comment on")
    if not token:
        raise NoComment("GITHUB_TOKEN is not set; give the step `env: {GITHUB_TOKEN: ${{ github.token }}}`")
    issues = f"{env.get('GITHUB_API_URL') or 'https://api.github.com'}/repos/{env.get('GITHUB_REPOSITORY', '')}/issues"
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/vnd.github+json"}
    right = "`permissions: {pull-requests: write}` in the job; a pull request from a fork has no such right"
    return Forge(f"{issues}/{number}/comments", f"{issues}/comments/{{id}}", "PATCH", headers, right)


def _pull_request(path: str) -> int:
    """The number of the pull request in the event's file; 0 where there is none."""
    try:
        event = json.loads(Path(path).read_bytes())
        number = event.get("pull_request", {}).get("number") or event.get("number")
    except (OSError, ValueError, AttributeError):
        return 0
    return number if isinstance(number, int) else 0


def _gitlab(env: Mapping[str, str]) -> Forge:
    number, token = env.get("CI_MERGE_REQUEST_IID", ""), env.get("GITLAB_TOKEN", "")
    if not number:
        raise NoComment(
            "this job is of no merge request: give it `rules: [{if: $CI_PIPELINE_SOURCE == 'merge_request_event'}]`"
        )
    if not token:
        raise NoComment("GITLAB_TOKEN is not set: a project access token with the scope `api`, as a masked variable")
    project = quote(env.get("CI_PROJECT_ID", ""), safe="")
    notes = (
        f"{env.get('CI_API_V4_URL') or 'https://gitlab.com/api/v4'}/projects/{project}/merge_requests/{number}/notes"
    )
    return Forge(notes, f"{notes}/{{id}}", "PUT", {"PRIVATE-TOKEN": token}, "the scope `api`")


def post(where: Forge, text: str, first_line: str) -> str:
    """Write ``text`` as a comment, in the place of the one that begins with ``first_line``, if there is one. Returns a
    line that says what was done. Raises :class:`NoComment`."""
    import httpx

    body = {"body": text if len(text) <= _LONGEST else f"{text[:_LONGEST]}\n\n(cut)"}
    try:
        with httpx.Client(headers=where.headers, timeout=_TIMEOUT_S) as client:
            own = _own(client, where, first_line)
            if own is None:
                _checked(client.post(where.url, json=body), where)
                return "the comment was written"
            _checked(client.request(where.change, where.one.format(id=own), json=body), where)
            return "the comment was updated"
    except httpx.HTTPError as error:
        raise NoComment(f"the comment cannot be written: {masked(where.url)}: {error}") from None


def _own(client: Any, where: Forge, first_line: str) -> int | None:
    """The id of the comment that is ours."""
    for page in range(1, _PAGES + 1):
        given = _checked(client.get(where.url, params={"per_page": _PER_PAGE, "page": page}), where)
        for one in given if isinstance(given, list) else ():
            if isinstance(one, dict) and str(one.get("body") or "").partition("\n")[0].strip() == first_line:
                return int(one["id"])
        if not isinstance(given, list) or len(given) < _PER_PAGE:
            return None
    return None


def _checked(response: Any, where: Forge) -> Any:
    """What a server replied. Raises :class:`NoComment`."""
    failed = f"the comment cannot be written: {response.status_code} from {masked(where.url)}"
    if response.status_code in (401, 403, 404):
        raise NoComment(f"{failed}; the token needs {where.right}")
    if response.status_code >= 400:
        raise NoComment(failed)
    try:
        return response.json()
    except ValueError:
        return None
