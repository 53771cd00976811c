"""Applications being written in the browser: drafts, revisions, handing in, the answer, papers (第七条).

One page holds the five elements and a card for every dataset; it works without script. A draft may be
incomplete. What is wrong with what is handed in the use cases say, all at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from sandbox.access import application as applications
from sandbox.access import attachments, drafts, reading
from sandbox.access.form import application_of
from sandbox.app import Platform
from sandbox.kernel.actors import Actor
from sandbox.kernel.application_records import Application
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.errors import InputError
from sandbox.kernel.records import Environment
from sandbox.regulation.calendars import regions
from sandbox.web.actions import NEW, Action, Call, Field, Options
from sandbox.web.language import word
from sandbox.web.pages import asking
from sandbox.web.pages.bounding import in_words, output_forms
from sandbox.web.session import Outcome
from sandbox.web.visitor import Visitor

MOST_PAPERS = 20
TEMPLATE = "drafting.html"


def _written(call: Call) -> Application:
    return application_of(call.platform.access, call.actor, asking.document_of(call))


def _at(made: Application) -> str:
    return f"/console/applications/{made.id}"


_HANDED = word("申请已提交，等待主管部门初审")


def _submit(call: Call) -> Outcome:
    made = applications.submit(call.platform.access, call.actor, _written(call))
    return Outcome(_at(made), _HANDED)


def _draft(call: Call) -> Outcome:
    made = drafts.draft(call.platform.access, call.actor, _written(call))
    return Outcome(_at(made), word("草稿已保存，只有本单位看得到；可以附上材料后提交"))


def _revise(call: Call) -> Outcome:
    access = call.platform.access
    _require_whole(call)
    made = drafts.revise(access, call.actor, call.id, _written(call))
    if call.form.one("then") == "hand-in":
        return Outcome(_at(drafts.hand_in(access, call.actor, made.id)), _HANDED)
    return Outcome(_at(made), word("草稿已修改"))


def _require_whole(call: Call) -> None:
    """Raise `InputError` where a form of plain fields would lose a part of what stands in the record."""
    kept = call.platform.store.load(Application, call.id).record
    if not call.form.many("requests") and not asking.shows_whole(kept):
        raise InputError(word("这份申请对同一数据集有几项需求，表单容不下：请在命令行或接口上修改"))


def _hand_in(call: Call) -> Outcome:
    made = drafts.hand_in(call.platform.access, call.actor, call.id)
    return Outcome(_at(made), _HANDED)


def _answer(call: Call) -> Outcome:
    _require_whole(call)
    made = drafts.answer(call.platform.access, call.actor, call.id, _written(call), papers=call.files)
    return Outcome(_at(made), word("补正材料已提交，初审重新起算"))


def _attach(call: Call) -> Outcome:
    if not call.files:
        raise InputError(word("请选择要附上的文件"))
    made = drafts.attach(call.platform.access, call.actor, call.id, call.files)
    return Outcome(f"{_at(made)}#papers", word("材料已附上，按摘要加密留存"))


def _datasets(platform: Platform, _: Actor) -> Options:
    found = platform.store.find(Dataset, state="classified")
    return tuple((one.record.id, one.record.title) for one in found)


def _regimes(platform: Platform) -> list[dict[str, Any]]:
    """Return the regimes one may apply under, the platform's own first."""
    today, own = platform.directory.today(), platform.settings.regime
    found = [
        {
            "id": key,
            "title": one.title,
            "lapsed": not one.in_force(today) and not one.ahead(today),
            "ahead": one.ahead(today),
        }
        for key, one in platform.access.regimes.items()
    ]
    return sorted(found, key=lambda one: (one["id"] != own, one["lapsed"], one["id"]))


def _look(visitor: Visitor, identifier: str, typed: asking.Typed) -> Mapping[str, Any]:
    """Return what the page of an application being written shows."""
    platform, store = visitor.platform, visitor.platform.store
    kept = reading.application(platform.access, visitor.actor, identifier) if identifier != NEW else None
    filled = dict(typed)
    if kept is not None and "who" not in typed:
        filled = asking.typed_of(kept)
    datasets = asking.chosen(filled)
    filled["dataset"] = datasets
    open_to = {one.record.id: one.record for one in store.find(Dataset, state="classified")}
    asked = [open_to[one] for one in datasets if one in open_to]
    query = next(iter(typed.get("q", ())), "").strip()
    return {
        "typed": filled,
        "kept": kept,
        "asked": asked,
        "offered": [one for one in open_to.values() if one.id not in datasets and _fits(one, query)],
        "query": query,
        "environments": {one.record.id: one.record for one in store.find(Environment)},
        "regimes": _regimes(platform),
        "warning": platform.access.warning(
            next(iter(filled.get("regime", ())), "") or platform.settings.regime
        ),
        "outputs": output_forms(platform, visitor.actor),
        "regions": tuple(regions().items()),
        "bounds": {one.id: in_words(visitor, one.boundary) for one in asked},
        "ranges": {one.id: asking.ranges_shown(filled, one) for one in asked},
        "limits": _limits(visitor, kept),
        "draft": DRAFT,
        "submit": SUBMIT,
    }


def _fits(dataset: Dataset, query: str) -> bool:
    texts = (dataset.code, dataset.title, *(one.name for one in dataset.columns))
    return not query or any(query.lower() in one.lower() for one in texts)


def _limits(visitor: Visitor, kept: Application | None) -> dict[str, int]:
    """Return how many papers of which size the regime of the application allows."""
    regime = visitor.platform.access.regime(kept.regime if kept else visitor.platform.settings.regime)
    names = {"count": "attachment-count", "size": "attachment-size", "pages": "attachment-pages"}
    return {name: regime.count(code) for name, code in names.items()}


def paper(visitor: Visitor, identifier: str, digest: str) -> Response:
    """Return one paper to a party of its application, as a file that no browser opens by itself."""
    access = visitor.platform.access
    data = attachments.read(access, visitor.actor, identifier, digest)
    found = visitor.platform.store.load(Application, identifier).record
    name = next(one.name for one in found.attachments if one.digest == digest)
    disposition = f"attachment; filename*=UTF-8''{quote(Path(name).name, safe='')}"
    headers = {"Content-Disposition": disposition, "Content-Security-Policy": "sandbox; default-src 'none'"}
    return Response(data, media_type="application/octet-stream", headers=headers)


_APART = word("几项之间用顿号或逗号分开")
_ELEMENTS = (
    Field("dataset", word("数据集"), "choice", required=False, choices=_datasets),
    Field("columns", word("信息项"), "checks", required=False),
    Field("justification", word("逐项说明理由"), "area", required=False),
    Field("requests", word("各项需求"), "objects", required=False),
    Field("scenario", word("使用场景"), required=False),
    Field("scenario_kinds", word("场景类别"), required=False, help=_APART),
    Field("scope", word("使用范围"), required=False),
    Field("security_controls", word("安全管控措施"), "area", required=False),
    Field("outputs", word("产出形式"), "checks", required=False, choices=output_forms),
    Field("contact", word("联系方式"), required=False),
    Field("term_from", word("开始日期"), "date"),
    Field("term_to", word("结束日期"), "date"),
    Field("regime", word("依据的制度"), required=False),
    Field("regime_override", word("依据已失效办法的具名理由"), "area", required=False),
)
SUBMIT = Action(
    "application:submit",
    "applications",
    word("提出需求"),
    _submit,
    fields=_ELEMENTS,
    template=TEMPLATE,
    look=_look,
)
DRAFT = Action(
    "application:draft",
    "applications",
    word("写申请"),
    _draft,
    fields=_ELEMENTS,
    template=TEMPLATE,
    look=_look,
)
REVISE = Action(
    "application:revise",
    "applications",
    word("修改草稿"),
    _revise,
    fields=(*_ELEMENTS, Field("then", word("随后"), "hidden", required=False)),
    record=Application,
    template=TEMPLATE,
    look=_look,
)
HAND_IN = Action(
    "application:hand-in",
    "applications",
    word("提交申请"),
    _hand_in,
    record=Application,
    hint=word("提交后由主管部门初审，内容不再能改；缺什么会一次说清"),
)
ANSWER = Action(
    "application:answer",
    "applications",
    word("按补正通知重新提交"),
    _answer,
    fields=_ELEMENTS,
    record=Application,
    template=TEMPLATE,
    look=_look,
    files=True,
)
ATTACH = Action(
    "application:revise",
    "applications",
    word("附上材料"),
    _attach,
    verb="attach",
    record=Application,
    template="attaching.html",
    look=lambda visitor, identifier, _: {
        "limits": _limits(visitor, reading.application(visitor.platform.access, visitor.actor, identifier))
    },
    files=True,
)
"""Takes the same step as a revision; not in `ACTIONS`, since papers are sent as files."""
ACTIONS = (SUBMIT, DRAFT, REVISE, HAND_IN, ANSWER)
