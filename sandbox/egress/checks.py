"""The catalogue of the gate's checks: code, kind, article, what it catches, how to mend it.

Codes are stable and never reused; a changed rule gets a new version. Findings are made here
and nowhere else, so that an author reads the same words everywhere and never a count, a row or
whether raw or masked data matched: those go into `records`, `where` and `evidence`.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from sandbox.kernel.findings import Finding, FindingKind, Verdict
from sandbox.kernel.message import Message, say

VERSION = "1"
_REVIEW = "遵义市政府数据资源开发利用管理办法 第十九条"
_RAW = "遵义市政府数据资源开发利用管理办法 第十七条"
_PERSONAL = "个人信息保护法 第五十一条"


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its code and version, the kind of finding, its worst verdict and its words.

    `parameter` names the setting that decides it, empty when there is none. `across` marks the
    checks that look at the whole submission and give no receipt per file.
    """

    code: str
    name: str
    kind: FindingKind
    verdict: Verdict
    article: str
    catches: Message
    remedy: Message
    parameter: str = ""
    across: bool = False

    def finding(
        self,
        *,
        where: str = "",
        evidence: Message | None = None,
        records: int | None = None,
        verdict: Verdict | None = None,
        paths: tuple[str, ...] = (),
    ) -> Finding:
        """Return a finding of this check; the author's words come from the catalogue alone."""
        return Finding(
            kind=self.kind,
            verdict=self.verdict if verdict is None else verdict,
            rule=self.code,
            article=self.article,
            message=self.catches,
            remedy=self.remedy,
            records=records,
            where=where,
            evidence=evidence,
            paths=paths,
        )


CHECKS: tuple[Check, ...] = (
    Check(
        "G01", "size", FindingKind.TOO_LARGE, Verdict.REFUSE, _REVIEW,
        say("文件超过出域闸口能够检查的大小"),
        say("请缩小文件或先汇总，再重新提交"),
        parameter="max_bytes",
    ),
    Check(
        "G02", "readable", FindingKind.MALFORMED, Verdict.REFUSE, _REVIEW,
        say("文件无法完整读取，读不出的内容不能放行"),
        say("请重新导出为 UTF-8 的 CSV、JSON、XLSX 或 Parquet 后提交"),
    ),
    Check(
        "G03", "opaque", FindingKind.OPAQUE, Verdict.REFUSE, _REVIEW,
        say("文件中有闸口看不懂的内容（加密、编码、未知格式或序列化对象）"),
        say("请改用 CSV、JSON、XLSX、Parquet、纯文本或 PNG，去掉编码或加密的内容"),
    ),
    Check(
        "G04", "hidden-content", FindingKind.HIDDEN_CONTENT, Verdict.REFUSE, _REVIEW,
        say("文件中有看不见的内容（隐藏工作表、批注、元数据、零宽字符、重复键等）"),
        say("请只保留可见的数据单元格，重新导出后提交"),
    ),
    Check(
        "G05", "active-content", FindingKind.ACTIVE_CONTENT, Verdict.REFUSE, _REVIEW,
        say("文件中有会执行或会引用外部的内容（脚本、宏、公式、外部链接）"),
        say("请粘贴为数值、去掉脚本和链接后重新提交"),
    ),
    Check(
        "G06", "source-record", FindingKind.SOURCE_RECORD, Verdict.REFUSE, _RAW,
        say("文件中能找到数据来源的记录，不得出域"),
        say("请改为汇总结果，每格的统计对象不少于阈值"),
    ),
    Check(
        "G07", "identifier", FindingKind.IDENTIFIER, Verdict.REFUSE, _PERSONAL,
        say("文件或声明中有能够识别个人或企业的号码"),
        say("请删去证件号、信用代码、手机号、银行卡号等标识"),
    ),
    Check(
        "G08", "claim", FindingKind.UNVERIFIED, Verdict.REVIEW, _REVIEW,
        say("产品没有可由闸口核算的声明，须由人审查"),
        say("请为产品附上声明：一条按组计数、合计或平均的 SELECT 语句"),
    ),
    Check(
        "G09", "compare", FindingKind.CLAIM_MISMATCH, Verdict.REFUSE, _REVIEW,
        say("产品与其声明的计算结果不一致"),
        say("请按声明重新生成产品；需要隐去的行应整行删除，不要改动数值"),
    ),
    Check(
        "G10", "small-group", FindingKind.SMALL_GROUP, Verdict.REFUSE, _PERSONAL,
        say("有单元格的统计对象少于阈值"),
        say("请合并分组，或删去对象少于阈值的行"),
        parameter="smallest",
    ),
    Check(
        "G11", "dominance", FindingKind.DOMINANCE, Verdict.REFUSE, _PERSONAL,
        say("有单元格的合计或平均主要来自一两个对象"),
        say("请合并分组，或改为只公布计数"),
        parameter="largest_share, two_largest_share, p_percent",
    ),
    Check(
        "G12", "differencing", FindingKind.DIFFERENCING, Verdict.REFUSE, _PERSONAL,
        say("公布的单元格相减，可以得出少于阈值的统计对象"),
        say("请统一各项的口径，或合并相差很小的条件"),
        parameter="smallest",
    ),
    Check(
        "G13", "remainder", FindingKind.DIFFERENCING, Verdict.REVIEW, _PERSONAL,
        say("未公布的部分很少，知道总数的人可以推算出来"),
        say("请把未公布的分组合并为“其他”，或多隐去一组"),
        parameter="smallest",
    ),
    Check(
        "G14", "class-disclosure", FindingKind.SMALL_GROUP, Verdict.REVIEW, _PERSONAL,
        say("有分组的对象全部具有或全部不具有某一特征"),
        say("请合并分组，使比例不为 0 或 100%"),
    ),
    Check(
        "G15", "row-level", FindingKind.ROW_LEVEL, Verdict.REVIEW, _RAW,
        say("产品像逐条记录，而不是汇总结果"),
        say("请改为汇总结果，并附上声明"),
        parameter="row_level_rows",
    ),
    Check(
        "G16", "canary", FindingKind.CANARY, Verdict.REFUSE, _RAW,
        say("文件中有只存在于受控数据里的标记"),
        say("请删去直接取自数据的内容，改为汇总结果"),
    ),
    Check(
        "G17", "model", FindingKind.MODEL, Verdict.REFUSE, _REVIEW,
        say("算法模型或序列化对象可能带有训练数据，本闸口不放行"),
        say("请改交模型的说明（model 或 tree），由闸口在快照上拟合"),
    ),
    Check(
        "G18", "small-counts", FindingKind.SMALL_GROUP, Verdict.REVIEW, _PERSONAL,
        say("表中可见小于阈值的计数"),
        say("请合并分组，或附上声明由闸口核算"),
        parameter="smallest",
    ),
    Check(
        "G19", "set-differencing", FindingKind.DIFFERENCING, Verdict.REFUSE, _PERSONAL,
        say("这些产品相减，可以得出少于阈值的统计对象"),
        say("请统一这些产品的口径，或只提交其中一个"),
        parameter="smallest", across=True,
    ),
    Check(
        "G21", "output-form", FindingKind.NOT_AGREED, Verdict.REFUSE, _RAW,
        say("协议没有允许以这种形式产出"),
        say("请改用协议写明的产出形式，或先变更协议"),
        parameter="outputs",
    ),
    Check(
        "G22", "join", FindingKind.NOT_AGREED, Verdict.REFUSE, _RAW,
        say("产品把协议没有许可关联的数据集放在了一起"),
        say("请分别统计各数据集，或先变更协议、列入许可关联"),
        parameter="joins",
    ),
    Check(
        "G23", "extremes", FindingKind.SMALL_GROUP, Verdict.REFUSE, _PERSONAL,
        say("最小值、最大值或靠近两端的分位数会说出个别对象的数值"),
        say("请改用中间的分位数并取整，或只公布计数和平均"),
        parameter="smallest",
    ),
    Check(
        "G24", "freedom", FindingKind.SMALL_GROUP, Verdict.REFUSE, _PERSONAL,
        say("标准差、回归等结果的自由度低于阈值"),
        say("请合并分组或减少变量，使对象数比参数多出阈值"),
        parameter="smallest",
    ),
    Check(
        "G25", "quantile", FindingKind.SMALL_GROUP, Verdict.REVIEW, _PERSONAL,
        say("分位数或中位数是个别对象的数值"),
        say("请用 ROUND 取整到足够多的对象共有的数值"),
        parameter="smallest",
    ),
    Check(
        "G26", "regression", FindingKind.SMALL_GROUP, Verdict.REVIEW, _PERSONAL,
        say("回归系数须核对自由度、样本数，以及是否有只对应少数对象的虚拟变量"),
        say("请删去只对应少数对象的虚拟变量，并写明样本数和自由度"),
        parameter="smallest",
    ),
    Check(
        "G27", "survival", FindingKind.SMALL_GROUP, Verdict.REVIEW, _PERSONAL,
        say("生存表的各步须有足够的在险对象和事件"),
        say("请合并时点，使每一步的事件和在险对象都不少于阈值"),
        parameter="smallest",
    ),
    Check(
        "G28", "ratio-base", FindingKind.SMALL_GROUP, Verdict.REVIEW, _PERSONAL,
        say("比例或比率没有给出它的分子和分母"),
        say("请在同一张表里给出分子、分母的对象数，或附上声明由闸口核算"),
        parameter="smallest",
    ),
    Check(
        "G29", "zero-cells", FindingKind.SMALL_GROUP, Verdict.REVIEW, _PERSONAL,
        say("计数表中有为零的单元格，可能说明某一组全不具有某一特征"),
        say("请合并分组；若为零是制度使然，请在说明中写明"),
    ),
    Check(
        "G30", "not-agreed-data", FindingKind.NOT_AGREED, Verdict.REFUSE, _RAW,
        say("声明用到了协议以外的数据集"),
        say("请只用协议列明的数据集，或先变更协议"),
        parameter="datasets",
    ),
    Check(
        "G31", "ledger", FindingKind.DIFFERENCING, Verdict.REFUSE, _PERSONAL,
        say("与此前的产品合并，可以得出少于阈值的统计对象"),
        say("请与此前的产品统一口径和分组，或只公布其中一种"),
        parameter="smallest", across=True,
    ),
    Check(
        "G32", "drip", FindingKind.DIFFERENCING, Verdict.REVIEW, _REVIEW,
        say("同一席位对同一数据的产品已经很多，须由人通盘审查"),
        say("请合并为一份产品，并说明与此前产品的关系"),
        parameter="drip_products", across=True,
    ),
    Check(
        "G33", "subtraction", FindingKind.DIFFERENCING, Verdict.REFUSE, _PERSONAL,
        say("隐去的单元格可由小计、合计减出来"),
        say("请在同行同列再各隐去一格，或不公布合计"),
        parameter="smallest",
    ),
    Check(
        "G34", "ledger-unread", FindingKind.DIFFERENCING, Verdict.REVIEW, _REVIEW,
        say("此前放行的同一数据的产品已无法逐行比较，须由人对照审查"),
        say("请在说明中写明与此前产品的关系；由审查人对照此前放行的内容"),
        across=True,
    ),
    Check(
        "G40", "free-words", FindingKind.UNVERIFIED, Verdict.REVIEW, _REVIEW,
        say("产品中有作者自拟的文字，须由人阅读"),
        say("请删去图的标题：坐标和图例由闸口按列名书写"),
    ),
    Check(
        "G41", "names", FindingKind.UNVERIFIED, Verdict.REVIEW, _PERSONAL,
        say("文字中像有姓名、住址等个人信息，须由人逐处看过"),
        say("请删去或改写文字中提到具体个人的地方"),
    ),
    Check(
        "G42", "membership", FindingKind.MODEL, Verdict.REFUSE, _PERSONAL,
        say("由模型或合成数据可以认出谁在数据里"),
        say("请减小模型的深度、加大叶子，或只用一半对象生成合成数据并少学细节"),
        parameter="advantage",
    ),
    Check(
        "G43", "tree-leaf", FindingKind.SMALL_GROUP, Verdict.REFUSE, _PERSONAL,
        say("树模型的说明要求叶子里的统计对象少于阈值"),
        say("请把 leaf 改为不小于阈值的对象数：数的是人或企业，不是行"),
        parameter="smallest",
    ),
    Check(
        "G44", "tree", FindingKind.UNVERIFIED, Verdict.REVIEW, _REVIEW,
        say("树模型由闸口按说明拟合，须由人看过切分和叶子"),
        say("请在说明中写明模型的用途"),
    ),
    Check(
        "G45", "near-record", FindingKind.SOURCE_RECORD, Verdict.REFUSE, _RAW,
        say("合成数据中有来源记录的复制或近似复制"),
        say("请只用一半对象（training_rows）生成，减少对单个对象的学习，删去与来源过近的行"),
        parameter="near_excess",
    ),
    Check(
        "G46", "rare-combination", FindingKind.SMALL_GROUP, Verdict.REFUSE, _PERSONAL,
        say("有只属于少数对象的取值、取值组合或极端数值"),
        say("请合并稀有类别，把数值截到多数对象的范围内，再重新生成"),
        parameter="smallest",
    ),
    Check(
        "G47", "coverage", FindingKind.CLAIM_MISMATCH, Verdict.REFUSE, _REVIEW,
        say("声称是合成数据，却有来源没有的取值，或与来源的分布相差过大"),
        say("请用来源的列和取值生成，使每列的分布与来源相近"),
        parameter="coverage_gap",
    ),
    Check(
        "G48", "synthetic", FindingKind.UNVERIFIED, Verdict.REVIEW, _REVIEW,
        say("合成数据须由人看过闸口的各项检验"),
        say("请在说明中写明生成方法和用途"),
    ),
    Check(
        "G49", "codebook", FindingKind.UNVERIFIED, Verdict.REVIEW, _REVIEW,
        say("数据字典由闸口按快照写出，须由人看过所列取值"),
        say("请在说明中写明用途；不需要的列用 columns 去掉"),
        parameter="smallest",
    ),
    Check(
        "G50", "relay", FindingKind.SOURCE_RECORD, Verdict.REFUSE, _RAW,
        say("数据服务把来源的记录或单个对象的数值原样转出"),
        say("请让服务只返回统计、评分或预测，不返回来源的取值"),
    ),
    Check(
        "G51", "lookup", FindingKind.ROW_LEVEL, Verdict.REFUSE, _RAW,
        say("数据服务可以逐个对象查询，或一个请求只对应少数对象"),
        say("请按对象足够多的分组提供服务，不以证件号、编号等为键"),
        parameter="smallest",
    ),
    Check(
        "G52", "service", FindingKind.UNVERIFIED, Verdict.REVIEW, _REVIEW,
        say("数据服务须由人看过请求和回答的样本"),
        say("请在说明中写明服务的用途、调用者和请求的范围"),
    ),
    Check(
        "G53", "rounded", FindingKind.UNVERIFIED, Verdict.REVIEW, _REVIEW,
        say("取整的表由闸口按声明重算并取整，须由人看过"),
        say("请在说明中写明取整的基数；能隐去小组的表改用隐去，可由闸口核实"),
        parameter="smallest",
    ),
    Check(
        "G60", "model-file", FindingKind.MODEL, Verdict.REFUSE, _REVIEW,
        say("模型文件没有说明，或有模型用不到的内容，闸口不收"),
        say("请按 models.md 导出 safetensors、ONNX 或 skops，旁边写好说明，去掉其余内容"),
    ),
    Check(
        "G61", "model-numbers", FindingKind.CLAIM_MISMATCH, Verdict.REFUSE, _REVIEW,
        say("模型的数值不能由数据按说明重新算出"),
        say("请用说明所列的全部记录、照说明的做法训练；或只交说明，由闸口拟合"),
    ),
    Check(
        "G62", "model-records", FindingKind.MODEL, Verdict.REFUSE, _RAW,
        say("这种模型本身存有训练记录（近邻、支持向量等），不得出域"),
        say("请改用线性模型或决策树"),
    ),
    Check(
        "G20", "set-record", FindingKind.SOURCE_RECORD, Verdict.REFUSE, _RAW,
        say("这些文件按行拼起来，能找到数据来源的记录"),
        say("请改为汇总结果，不要把记录分列在几个文件里"),
        across=True,
    ),
)  # fmt: skip

BY_NAME = MappingProxyType({check.name: check for check in CHECKS})
PER_FILE = tuple(check for check in CHECKS if not check.across)


def check(name: str) -> Check:
    """Return the check of that name; KeyError for an unknown one."""
    return BY_NAME[name]
