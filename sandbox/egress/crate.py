"""The description of a release as a research object: RO-Crate 1.1 metadata, readable without this platform.

Says again, in the words of schema.org, what the signed receipt says; proves nothing by itself. The seal
of the bundle covers it. Pure. Called by the bundle.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from typing import Any

from sandbox.store.canonical import Json

METADATA = "ro-crate-metadata.json"
_CONTEXT: list[Json] = [
    "https://w3id.org/ro/crate/1.1/context",
    {"sha256": "https://schema.org/sha256", "submitted_sha256": "https://schema.org/isBasedOn"},
]
_PROFILE = "https://w3id.org/ro/crate/1.1"
_DEED: Mapping[str, str] = {"approve": "同意", "reject": "不同意", "in-part": "部分同意"}
_OCTETS = "application/octet-stream"


def crate(
    body: Mapping[str, Any], paths: Mapping[str, str], *, release: str, own: Mapping[str, str]
) -> dict[str, Json]:
    """Return the metadata document of a receipt's body.

    `paths` names the file of every product by its digest, `own` says what each file of the bundle itself is.
    """
    products = [_product(one, paths[one["released_sha256"]]) for one in body["files"]]
    extra: list[dict[str, Json]] = [
        {"@id": name, "@type": "File", "name": said, "encodingFormat": "application/json"}
        for name, said in own.items()
    ]
    votes = [_vote(one, place) for place, one in enumerate(body["votes"])]
    people = [part for vote in votes for part in vote]
    graph: list[Json] = [
        {
            "@id": METADATA,
            "@type": "CreativeWork",
            "about": {"@id": "./"},
            "conformsTo": {"@id": _PROFILE},
        },
        _root(body, release, [*products, *extra], [vote[0] for vote in votes]),
        *products,
        *extra,
        *people,
        {"@id": "#platform", "@type": "Organization", "name": body["platform"]},
    ]
    return {"@context": _CONTEXT, "@graph": graph}


def _root(
    body: Mapping[str, Any],
    release: str,
    parts: list[dict[str, Json]],
    deeds: list[dict[str, Json]],
) -> dict[str, Json]:
    assessed = body.get("assessment") or {}
    return {
        "@id": "./",
        "@type": "Dataset",
        "identifier": release,
        "name": body["title"] or release,
        "description": f"出域申请 {body['submission']} 放行的数据产品，依据{body['article']}",
        "datePublished": body["issued_at"],
        "license": f"协议 {body['agreement']}",
        "publisher": {"@id": "#platform"},
        "hasPart": [{"@id": part["@id"]} for part in parts],
        "mentions": [{"@id": deed["@id"]} for deed in deeds],
        "conditionsOfAccess": f"访问策略 sha256:{body['access_policy_sha256']}",
        "subjectOf": f"风险评估 sha256:{assessed.get('sha256', '')}",
    }


def _product(file: Mapping[str, Any], path: str) -> dict[str, Json]:
    return {
        "@id": path,
        "@type": "File",
        "name": file["name"],
        "contentSize": str(file["bytes"]),
        "encodingFormat": mimetypes.guess_type(path, strict=True)[0] or _OCTETS,
        "sha256": file["released_sha256"],
        "submitted_sha256": file["submitted_sha256"],
    }


def _vote(vote: Mapping[str, Any], place: int) -> tuple[dict[str, Json], ...]:
    person, body = f"#voter-{place + 1}", f"#organisation-{place + 1}"
    given = str(vote.get("decision", ""))
    return (
        {
            "@id": f"#vote-{place + 1}",
            "@type": "AssessAction",
            "agent": {"@id": person},
            "name": f"审查 {vote['review']}：{_DEED.get(given, given)}",
            "endTime": str(vote.get("at", "")),
            "object": {"@id": "./"},
        },
        {
            "@id": person,
            "@type": "Person",
            "name": vote["voter"],
            "jobTitle": vote["capacity"],
            "affiliation": {"@id": body},
        },
        {"@id": body, "@type": "Organization", "name": vote["organisation"]},
    )
