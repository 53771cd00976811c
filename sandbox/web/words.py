"""The closed sets of the platform in words for people, and the colour that a state is shown in.

Four colours, each with its own icon: done (green), waiting (blue), heed (amber), stopped (red); what is
over is grey. Holds no rule; what a state means is `kernel.lifecycle`.
"""

from __future__ import annotations

from sandbox.kernel.message import Message, Value
from sandbox.web.language import word

TONES = ("done", "wait", "heed", "stop", "over")

_STATES: dict[str, tuple[Message, str]] = {
    "registered": (word("已登记"), "done"),
    "suspended": (word("已暂停"), "stop"),
    "invited": (word("待启用"), "wait"),
    "active": (word("生效"), "done"),
    "locked": (word("已锁定"), "stop"),
    "proposed": (word("待会签"), "wait"),
    "in-force": (word("生效"), "done"),
    "declined": (word("未同意"), "stop"),
    "revoked": (word("已撤销"), "over"),
    "drafted": (word("拟订"), "wait"),
    "terminated": (word("已终止"), "over"),
    "established": (word("已建立"), "done"),
    "closed": (word("已关闭"), "over"),
    "classified": (word("已确认分类"), "done"),
    "withdrawn": (word("已撤回"), "over"),
    "quarantined": (word("在隔离区"), "heed"),
    "read": (word("待核对"), "wait"),
    "failed": (word("读取失败"), "stop"),
    "accepted": (word("已接收"), "done"),
    "refused": (word("已拒绝"), "stop"),
    "confirmed": (word("已确认"), "done"),
    "superseded": (word("已被替代"), "over"),
    "submitted": (word("待初审"), "wait"),
    "rejected": (word("未通过"), "stop"),
    "pushed": (word("待审核"), "wait"),
    "approved": (word("已同意"), "done"),
    "expired": (word("已到期"), "over"),
    "ordered": (word("待落地"), "wait"),
    "landed": (word("已落地"), "done"),
    "stopped": (word("已停下"), "stop"),
    "published": (word("已发布"), "done"),
    "provisioned": (word("已开通"), "wait"),
    "open": (word("使用中"), "done"),
    "frozen": (word("待闸口检查"), "wait"),
    "in-review": (word("审查中"), "wait"),
    "released": (word("已放行"), "done"),
    "cast": (word("已投票"), "done"),
    "issued": (word("已签发"), "done"),
    "recalled": (word("已召回"), "stop"),
    "in-service": (word("运行中"), "done"),
    "recorded": (word("已记录"), "over"),
    "release": (word("已证实安全"), "done"),
    "review": (word("须人工审查"), "heed"),
    "refuse": (word("闸口拒绝"), "stop"),
    "pass": (word("通过"), "done"),
    "fail": (word("有发现"), "stop"),
    "unable": (word("无法检查"), "heed"),
    "not-applicable": (word("不适用"), "over"),
}
_OF_KIND: dict[str, tuple[Message, str]] = {
    "application:accepted": (word("初审通过"), "done"),
    "service-agreement:accepted": (word("待签署"), "wait"),
    "service-agreement:drafted": (word("待接受"), "wait"),
    "operating-agreement:drafted": (word("待签署"), "wait"),
    "masking-policy:drafted": (word("待确认"), "wait"),
    "dataset:registered": (word("待确认分类"), "heed"),
    "seat:closed": (word("已关闭"), "over"),
    "submission:approved": (word("待放行"), "wait"),
    "account:suspended": (word("已停用"), "over"),
}
"""States that mean something of their own for one kind of record."""

_KINDS = {
    "submission": word("出域申请"),
    "release": word("放行"),
    "review": word("审查"),
    "seat": word("开发席位"),
    "service-agreement": word("授权服务协议"),
    "operating-agreement": word("开发利用协议"),
    "environment": word("开发利用环境"),
    "delivery": word("交付批次"),
    "dataset": word("数据集"),
    "masking-policy": word("脱敏策略"),
    "application": word("数据需求申请"),
    "item": word("需求"),
    "landing-order": word("落地单"),
    "snapshot": word("快照"),
    "grant": word("角色授权"),
    "account": word("账户"),
    "organisation": word("单位"),
    "home": word("平台"),
    "refused-attempt": word("被拒绝的操作"),
    "log": word("日志"),
    "notice": word("通知"),
    "subscription": word("订阅"),
    "undertaking": word("承诺书"),
    "responsibility": word("责任分工"),
    "incident": word("安全事件"),
    "examination": word("查阅"),
    "consent": word("授权书"),
    "consultation": word("征求意见"),
    "coordination": word("协调处理"),
    "calendar-notice": word("放假安排"),
}

_TERMS = {
    "authority-officer": word("主管部门经办人"),
    "security-reviewer": word("安全审查员"),
    "provider-reviewer": word("数据提供部门审核员"),
    "steward": word("数据管理员"),
    "operator": word("运营人员"),
    "developer": word("数据开发人员"),
    "supervisor": word("监督员"),
    "organisation-officer": word("账户管理员"),
    "authority": word("大数据主管部门"),
    "provider": word("数据提供部门"),
    "third-party-reviewer": word("第三方机构"),
    "third-party": word("第三方"),
    "person": word("个人"),
    "firm": word("企业"),
    "household": word("户"),
    "direct": word("直接标识符"),
    "quasi": word("准标识符"),
    "sensitive": word("敏感属性"),
    "other": word("其他"),
    "public": word("公开"),
    "internal": word("内部"),
    "secret": word("涉密"),
    "general": word("一般数据"),
    "important": word("重要数据"),
    "core": word("核心数据"),
    "department": word("部门库"),
    "base": word("基础库"),
    "theme": word("主题库"),
    "development": word("开发区"),
    "run": word("运行区"),
    "source-record": word("源数据记录"),
    "identifier": word("标识符"),
    "small-group": word("小群体"),
    "dominance": word("占优"),
    "differencing": word("差分"),
    "row-level": word("逐条记录"),
    "model": word("模型文件"),
    "opaque": word("无法解读"),
    "hidden-content": word("隐藏内容"),
    "active-content": word("活动内容"),
    "malformed": word("格式错误"),
    "too-large": word("过大"),
    "unverified": word("未经核算"),
    "claim-mismatch": word("与声明不符"),
    "not-agreed": word("协议未许可"),
    "canary": word("诱饵记录"),
    "PERSON": word("姓名"),
    "ADDRESS": word("地址"),
    "ORGANIZATION": word("机构名称"),
    "BIRTH_DATE": word("出生日期"),
    "CN_RESIDENT_ID": word("居民身份证号"),
    "CN_FOREIGNER_ID": word("外国人永久居留身份证号"),
    "CN_USCC": word("统一社会信用代码"),
    "CN_ORG_CODE": word("组织机构代码"),
    "CN_MOBILE": word("手机号"),
    "CN_LANDLINE": word("固定电话"),
    "BANK_CARD": word("银行卡号"),
    "CN_PASSPORT": word("护照号"),
    "CN_TRAVEL_PERMIT": word("往来港澳台通行证"),
    "CN_MILITARY_ID": word("军官证、士兵证"),
    "CN_PLATE": word("车牌号"),
    "VIN": word("车架号"),
    "CN_DRIVING_FILE_NO": word("驾驶证档案编号"),
    "EMAIL_ADDRESS": word("电子邮箱"),
    "IP_ADDRESS": word("网络地址"),
    "MAC_ADDRESS": word("物理地址"),
    "IMEI": word("移动设备识别码"),
    "QQ": word("QQ 号"),
    "WECHAT": word("微信号"),
    "CN_SOCIAL_SECURITY_CARD": word("社会保障卡号"),
    "MEDICAL_RECORD": word("病历号"),
    "CN_REAL_ESTATE": word("不动产权证号"),
    "COORDINATES": word("经纬度"),
    "MONEY": word("金额"),
    "HEALTH": word("健康信息"),
    "RELIGION": word("宗教信仰"),
    "ETHNICITY": word("民族"),
    "BIOMETRIC": word("生物识别信息"),
    "ACCOUNT_SECRET": word("密码、密钥"),
    "token": word("换成假名，每份协议各不相同"),
    "keep": word("原样保留"),
    "drop": word("不落地"),
    "date_trunc": word("日期放粗"),
    "band": word("数值归入区间"),
    "round": word("数值取整"),
    "region": word("地址放粗到区划"),
    "map": word("按对照表替换"),
    "lookup": word("按对照表替换"),
    "keep_chars": word("只留首尾若干位，其余遮盖"),
    "redact": word("文字中的敏感片段遮盖"),
    "redact_text": word("文字中的敏感片段遮盖"),
    "parameter-unit": word("单位为"),
    "parameter-source_unit": word("原单位"),
    "parameter-cuts": word("分界"),
    "parameter-digits": word("保留有效位数"),
    "parameter-level": word("放粗到"),
    "parameter-values": word("对照"),
    "parameter-other": word("其余归为"),
    "parameter-first": word("保留前几位"),
    "parameter-last": word("保留后几位"),
    "parameter-length": word("总长"),
    "parameter-label": word("遮盖成"),
    "year": word("年"),
    "quarter": word("季度"),
    "month": word("月"),
    "day": word("日"),
    "province": word("省级"),
    "prefecture": word("市级"),
    "city": word("市级"),
    "district": word("县级"),
    "county": word("县级"),
}

_VERBS = {
    "found": word("建立"),
    "upgrade": word("升级"),
    "backup": word("备份"),
    "restore": word("恢复"),
    "move": word("迁移"),
    "purge": word("清理"),
    "begin": word("开始"),
    "show": word("查看"),
    "record": word("记录"),
    "register": word("登记"),
    "suspend": word("暂停"),
    "reinstate": word("恢复"),
    "resume": word("恢复"),
    "invite": word("邀请"),
    "enrol": word("启用"),
    "reset": word("重置"),
    "miss": word("口令或动态码不符"),
    "sign-in": word("出示凭证"),
    "sign-out": word("退出登录"),
    "lock": word("锁定"),
    "unlock": word("解锁"),
    "issue-token": word("签发令牌"),
    "revoke-token": word("撤销令牌"),
    "propose": word("提名"),
    "appoint": word("任命"),
    "confirm": word("确认"),
    "countersign": word("会签"),
    "decline": word("不予会签"),
    "revoke": word("撤销"),
    "draft": word("拟订"),
    "sign": word("签署"),
    "terminate": word("终止"),
    "establish": word("建立"),
    "close": word("关闭"),
    "classify": word("确认分类"),
    "withdraw": word("撤回"),
    "receive": word("收进隔离区"),
    "read": word("读取核对"),
    "fail": word("读取失败"),
    "accept": word("接收"),
    "refuse": word("不予接受"),
    "supersede": word("被新版替代"),
    "submit": word("提交"),
    "reject": word("未通过"),
    "push": word("推送审核"),
    "approve": word("同意"),
    "expire": word("到期"),
    "order": word("开单"),
    "land": word("落地"),
    "stop": word("停下"),
    "publish": word("发布"),
    "provision": word("开通"),
    "open": word("打开"),
    "run": word("运行"),
    "finish": word("运行结束"),
    "judge": word("闸口检查"),
    "commission": word("委托第三方"),
    "cast": word("投票"),
    "release": word("放行"),
    "issue": word("签发"),
    "collect": word("领取"),
    "recall": word("召回"),
    "post": word("发出"),
    "add": word("登记"),
    "cancel": word("取消"),
    "assign": word("指定"),
    "relieve": word("免除"),
    "report": word("报告"),
    "freeze": word("冻结"),
    "give": word("出具"),
    "ask": word("询问"),
    "answer": word("答复"),
    "escalate": word("上报"),
    "recount": word("重算期限"),
    "remind": word("催办"),
    "extend": word("延长期限"),
    "reopen": word("重新审核"),
    "uphold": word("维持"),
    "drop": word("撤销"),
    "return": word("退回重审"),
    "hand-in": word("递交"),
    "import": word("转入"),
    "revise": word("修改"),
    "supplement": word("要求补正"),
    "amend": word("更正"),
    "bound": word("设定边界条件"),
    "describe": word("补充说明"),
    "attach": word("附上材料"),
    "decide": word("决定"),
}


_OF_STEP = {
    "application:accept": word("初审通过"),
    "application:reject": word("初审不通过"),
    "service-agreement:accept": word("接受"),
    "delivery:refuse": word("退回"),
    "item:refuse": word("不同意"),
    "item:push": word("推送审核"),
    "submission:refuse": word("闸口拒绝"),
    "submission:judge": word("闸口检查完毕，交付审查"),
    "submission:approve": word("审查通过"),
    "submission:reject": word("审查未通过"),
    "account:suspend": word("停用"),
    "landing-order:resume": word("重新开出"),
    "seat:close": word("关闭"),
}
"""Verbs that mean something of their own for one kind of record."""


def state_of(kind: str, state: str) -> tuple[Message, str]:
    """Return what a state is called and in which tone it is shown."""
    unknown = (word("{state}", state=state), "over")
    return _OF_KIND.get(f"{kind}:{state}") or _STATES.get(state, unknown)


def kind_name(kind: str) -> Message:
    """Return what a kind of record is called."""
    return _KINDS.get(kind, word("{kind}", kind=kind))


def term(value: str) -> Message:
    """Return a role, type, class or technique in words; what has none stays as it is."""
    return _TERMS.get(value, word("{term}", term=value))


def humane(message: Message) -> Message:
    """Return the sentence with the states, steps, roles and types in it as people call them."""
    values = tuple((name, _called(name, value)) for name, value in message.values)
    return Message(message.template, values)


def _called(name: str, value: Value) -> Value:
    if not isinstance(value, str):
        return humane(value) if isinstance(value, Message) else value
    if name == "state":
        return state_of("", value)[0]
    if name == "verb":
        return step_name(value)
    parts = value.split("、")
    if not all(one in _TERMS and (name == "roles" or one.isupper()) for one in parts):
        return value
    joined = "、".join(f"{{v{place}}}" for place in range(len(parts)))
    return Message(joined, tuple((f"v{place}", _TERMS[one]) for place, one in enumerate(parts)))


def verb_name(name: str) -> Message:
    """Return what was done, where the record it was done to is plain; an unknown step as it is written."""
    verb = name.partition(":")[2]
    return _OF_STEP.get(name) or _VERBS.get(verb) or word("{step}", step=name)


def step_name(name: str) -> Message:
    """Return a step of the log in words, kind and verb."""
    kind = name.partition(":")[0]
    return word("{kind}：{verb}", kind=kind_name(kind), verb=verb_name(name))
