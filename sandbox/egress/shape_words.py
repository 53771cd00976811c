"""The words of headings and labels by which kinds of statistics are told; data, read by `shapes`."""

from __future__ import annotations

import re
from typing import Final


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_EDGE: Final = r"(?<![a-z])({})(?![a-z])"
COUNT: Final = _words(
    r"(人|户|企业|家|笔|次|件|例|记录|样本|就诊|患者|观测)?(数|数量|人次|总数|计数|频数|户次)$|^(n|cnt|count|num|freq|size|total|rows)$"
    r"|count|^n_|_n$|_cnt$|_count$|在险|事件数"
)
ENDS: Final = _words(
    r"最[大小高低早晚长短多少]|极[大小]?值|首位|"
    + _EDGE.format("max|min|maximum|minimum|top1|largest|smallest")
)
QUANTILE: Final = _words(
    r"中位|分位|百分位|" + _EDGE.format(r"median|quantile|percentile|iqr|p\d{1,2}|q[1-4]|\d{1,2}(\.\d)?%")
)
SPREAD: Final = _words(r"标准差|方差|离差|" + _EDGE.format("std|stddev|sd|var|variance|stdev"))
RATIO: Final = _words(
    r"率$|率[（(]|占比|比例|比重|百分比|份额|%|"
    + _EDGE.format("rate|ratio|share|percent|pct|proportion|prop")
)
COEFFICIENT: Final = _words(
    r"系数|估计值|"
    + _EDGE.format("coef|coefs|coefficient|coefficients|estimate|beta|hazard ratio|odds ratio|hr|or")
)
MODEL_WORDS: Final = _words(
    r"标准误|显著|变量|[ptz]\s*值|^[ptz]$|置信|"
    + _EDGE.format(r"std ?err|se|variable|term|parameter|p>\|[tz]\||pvalue|p-value|p_value|conf")
)
INTERCEPT: Final = _words(r"const|constant|\(?intercept\)?|常数项?|截距项?")
FREEDOM: Final = _words(r"自由度|" + _EDGE.format(r"df|dof|df_resid|df residuals|residual df"))
SAMPLE: Final = _words(
    r"样本(数|量)|观测(数|值数)|" + _EDGE.format(r"nobs|n_obs|no\. observations|observations")
)
AT_RISK: Final = _words(r"在险|风险集|" + _EDGE.format(r"at.?risk|n.?risk|number at risk"))
EVENTS: Final = _words(r"事件|死亡|失效|复发|" + _EDGE.format("events?|deaths?|n.?event|failures?|observed"))
SURVIVAL: Final = _words(r"生存|存活|" + _EDGE.format(r"survival|surv|s\(t\)|km|kaplan"))
TIME: Final = _words(r"时间|时点|天|月|年|周|" + _EDGE.format("time|day|month|week|year|t|duration"))
TOTAL: Final = _words(r"合计|总计|小计|全部|总和|全市|全体|" + _EDGE.format("total|all|sum|subtotal"))
MEASURE: Final = _words(
    r"均|总[额量]|金额|费用|收入|产值|资本|面积|价|分数|得分|年份|"
    + _EDGE.format("mean|avg|average|amount|value|score|year|index")
)
