"""The words by which column names announce a type: Chinese, then pinyin and English; order matters.

Data only. Chinese rules are searched for in a comment or name, Latin ones must match a whole name in
snake case. The first rule that fits wins, so refusals stand before what they would be taken for.
"""

from __future__ import annotations

from enum import StrEnum

from sandbox.discovery.lexicon import words
from sandbox.kernel.entities import EntityType as T


class Role(StrEnum):
    """What a column without a sensitive type is to the table."""

    NOTHING = "nothing"  # the name says that it is none of the types
    DATE = "date"  # a date of an event
    TRAIT = "trait"  # sex, age, marriage, schooling, work, region: quasi-identifiers
    RECORD = "record"  # a number of the record, all but unique
    HOUSEHOLD = "household"  # number of a household


CHINESE: tuple[tuple[str, T | Role], ...] = (
    # refusals first
    (
        (
            r"(?:证件|证照|账户|账号|电话|地址|诊断|疾病|号牌|车辆|密码|卡片?|姓名|民族|宗教|机构|"
            r"企业|单位|病历|照片|金额)(?:的)?"
            r"(?:类型|类别|种类|性质|状态|标志|标识|等级|数量?|个数|次数|顺序|排序|长度|来源|版本|格式|"
            r"分类)"
        ),
        Role.NOTHING,
    ),
    (r"(?:是否|有无).{1,12}$", Role.NOTHING),
    (
        (
            r"(?:行政区划|区划|行政区域|地区|区域|国家|国籍|省份?|市县|县区|区县|城市|乡镇|"
            r"街道)(?:名称|代码|编码|编号|码)?$|^(?:所在|所属)?(?:省份?|市|区县|"
            r"县|乡镇|街道|社区|村)(?:名称|代码)?$|^所[在属](?:地区|省|市|县|区).{0,3}$"
        ),
        Role.TRAIT,
    ),
    (r"版本|固件", Role.NOTHING),
    (r"经营范围|业务范围|备注|说明|描述|简介|内容|摘要", Role.NOTHING),
    (
        (
            r"^(?:项目|产品|商品|药品|材料|设备|课程|专业|事项|活动|文件|档案|资料|指标|任务|系统|表|"
            r"字段|菜单|角色|科室|科目|部门|费用|处方|手术|检查|检验|"
            r"楼盘|道路|路线|站点|景区|品牌|型号|作物|树种|许可|证书|奖项|标题|栏目).{0,4}(?:名称?|标题)$"
        ),
        Role.NOTHING,
    ),
    (
        (
            r"^(?!.*(?:就诊|住院|门诊|病历|病案|患者|病人)).*?(?:订单|流水|业务|交易|批次|批准文|文书|"
            r"案件|受理|登记|许可证|合同|发票|项目|产品|物料|"
            r"设备|任务|序列?|记录|主键|自增).{0,3}(?:号|编号|编码|代码|ID|id)$"
        ),
        Role.NOTHING,
    ),
    (r"出生(?:日期|年月日?|时间)|生日|^出生$", T.BIRTH_DATE),
    (
        r"(?:日期|时间|年月|年份|年度|时刻|日$|时间戳)|(?:成立|注册|登记|签发|创建|更新|修改|入库|办理)日",
        Role.DATE,
    ),
    # secrets and bodies
    (r"密码|口令|密钥|私钥|令牌|验证码|安全码|CVV", T.ACCOUNT_SECRET),
    (r"人脸|指纹|虹膜|声纹|掌纹|面部特征|照片|头像|相片|生物特征|基因|DNA", T.BIOMETRIC),
    # numbers
    (r"统一社会信用|统一信用|社会信用代?码|信用代码|纳税人识别号|税号", T.CN_USCC),
    (r"组织机构代码|机构代码证|组织代码", T.CN_ORG_CODE),
    (r"永久居留|外国人.{0,4}(?:证|号)|居留证", T.CN_FOREIGNER_ID),
    (r"通行证|回乡证|台胞证", T.CN_TRAVEL_PERMIT),
    (r"护照", T.CN_PASSPORT),
    (r"军官证|士兵证|军人证|警官证|军人保障", T.CN_MILITARY_ID),
    (r"驾驶证档案|档案编号|驾照档案", T.CN_DRIVING_FILE_NO),
    (
        r"(?:社保|社会保障|社会保险|医保|市民)卡(?:卡?号|号码|编号)?$|社保卡|社会保障卡",
        T.CN_SOCIAL_SECURITY_CARD,
    ),
    (
        (
            r"病历号?|病案号?|住院号|门诊号|就诊(?:卡)?号|就诊(?:流水|编)号|医疗卡号|病人(?:ID|编号)|"
            r"患者(?:ID|编号)|影像号|检查号"
        ),
        T.MEDICAL_RECORD,
    ),
    (
        (
            r"身份证|身份号|公民身份|居民身份|身份标识号|社会保障号|驾驶证号|(?:有效)?证件号|证件编号|"
            r"证件(?:代)?码|^证号$|居住证号"
        ),
        T.CN_RESIDENT_ID,
    ),
    (r"银行(?:卡|账|帐)|卡号$|(?:账|帐)号$|(?:账|帐)户号|开户账|收款账|付款账|一折通", T.BANK_CARD),
    (r"手机|移动电话|联系(?:电话|方式|手机)|移动号码", T.CN_MOBILE),
    (r"固定电话|固话|座机|传真|办公电话|单位电话|公司电话|服务电话|咨询电话|监督电话", T.CN_LANDLINE),
    (r"电话", T.CN_MOBILE),
    (r"车架|车辆识别|VIN|识别代号", T.VIN),
    (r"车牌|号牌号|车号|牌照号|机动车号", T.CN_PLATE),
    (r"邮箱|电子邮件|E-?mail", T.EMAIL_ADDRESS),
    (r"(?<![A-Za-z])MAC(?![A-Za-z])|物理地址|网卡", T.MAC_ADDRESS),
    (r"(?<![A-Za-z])IP(?![A-Za-z])|网络地址|登录地址", T.IP_ADDRESS),
    (r"IMEI|设备识别码|手机串号", T.IMEI),
    (r"QQ|扣扣", T.QQ),
    (r"微信|WeChat", T.WECHAT),
    (r"不动产(?:权|单元|证)|房产证|产权证|房屋所有权证|土地使用权证|宗地", T.CN_REAL_ESTATE),
    (r"经纬度|经度|纬度|坐标|轨迹", T.COORDINATES),
    # attributes
    (r"宗教|信仰", T.RELIGION),
    (r"民族", T.ETHNICITY),
    (
        (
            r"诊断|疾病|病种|病情|病名|病史|过敏|残疾|症状|主诉|ICD|既往史|体检结果|检验结果|检查结果|"
            r"治疗|用药|手术名|血型|传染病|精神|死因|孕产|伤情|健康"
        ),
        T.HEALTH,
    ),
    (r"户号|户编号|家庭编号|家庭号|户籍号|户口簿号|户口本号|家庭ID", Role.HOUSEHOLD),
    (
        (
            r"性别|年龄|婚姻|学历|文化程度|职业|职务|职称|政治面貌|户口性质|户籍类型|籍贯|健康状况|"
            r"与户主关系|行业|人员类别"
        ),
        Role.TRAIT,
    ),
    (
        (
            r"(?:单位|企业|公司|机构|组织|店铺|商户|医院|学校|银行|主体|纳税人|法人单位|供应商|厂家|"
            r"开户行|部门|工作单位|雇主|字号)(?:中文)?(?:名称?|全称|简称)$|工作单位|"
            r"^(?:医院|学校|企业|公司|单位|机构|定点医疗机构|就诊医院|医疗机构|用人单位)$|就读学校|"
            r"发证机关|登记机关"
        ),
        T.ORGANIZATION,
    ),
    (r"地址|住址|住所|居住地|户籍地|现住|通讯处|经营场所|坐落|家庭所在地|详细位置|门牌", T.ADDRESS),
    (
        (
            r"金额|支付(?:额|数)?$|缴费|缴纳|应付|实付|资本|资金|工资|薪|收入|支出|余额|费用?$|价格|单价|"
            r"总价|补贴|补助|待遇|报销|自付|"
            r"统筹|税额|贷款|存款|产值|营业额|利润|资产|保费|罚款|押金"
        ),
        T.MONEY,
    ),
    (
        (
            r"姓名|法人代表|法定代表人|代表人|负责人|联系人|经办人|申请人|当事人|户主|患者|病人|"
            r"参保人|投保人|受益人|监护人|驾驶人|车主|业主|权利人|产权人|被执行人|"
            r"经营者|投资人|股东|董事|监事|高管|医生|医师|护士|教师|学生|家长|父亲|母亲|配偶|曾用名|"
            r"收件人|寄件人|承办人|审批人|审核人|操作人|操作员|创建人|修改人|录入人|"
            r"(?:本|持卡|持证|纳税|代理|委托|承租|出租|报案|举报|填表|紧急联系)人|户名|法人$|人名"
        ),
        T.PERSON,
    ),
)

LATIN: tuple[tuple[str, T | Role], ...] = (
    (
        (
            r"(?:zjlx|zjlb|zjzl|id_?type|cert_?type|card_?type|phone_?type|acct_?type|dwlx|qylx|qyxz|"
            r"jglx|hpzl|.*_(?:type|kind|flag|status|cnt|count|num|seq|lx|lb|zt|bz))"
        ),
        Role.NOTHING,
    ),
    (
        (
            r"(?:xzqh|xzqhdm|qhdm|ssxq|xzqdm|area_?code|region(?:_?code)?|city(?:_?code|_?name)?|"
            r"province|county|district|sf|ssq|qx|xz|jd_?dm|gj|gjdm|nationality)"
        ),
        Role.TRAIT,
    ),
    (
        (
            r"(?:id|uuid|guid|pk|rowid|xh|seq|sort|remark|memo|comment|description|desc|title|content|"
            r"jyfw|bz|sm|.*_(?:code|desc|remark)|order_?(?:no|id)|.*version|ver|lsh|ddh|batch_?no)"
        ),
        Role.NOTHING,
    ),
    (
        r"(?:csrq|csny|chushengriqi|shengri|birth(?:day|_?date|_?dt)?|dob|date_?of_?birth|bir_?date|brdy)",
        T.BIRTH_DATE,
    ),
    (
        r"(?:.*(?:date|time|_dt|_ts|_tm|_at)|.*(?:rq|sj|riqi|shijian)|create[d]?|updated?|zcrq|clrq|djrq)",
        Role.DATE,
    ),
    (
        (
            r"(?:.*(?:password|passwd|pwd|secret|token|private_?key|api_?key|access_?key)|mima|"
            r"kouling|pin_?code|cvv)"
        ),
        T.ACCOUNT_SECRET,
    ),
    (
        (
            r"(?:zp|zhaopian|xp|photo|avatar|face|face_?(?:img|id|feature)|finger_?print|iris|zhiwen|"
            r"renlian|txzp|.*_photo)"
        ),
        T.BIOMETRIC,
    ),
    (
        (
            r"(?:tyshxydm|tyxydm|shxydm|tyshxym|xydm|tongyishehuixinyongdaima|uscc|usci|usc_?code|"
            r"uni_?sc_?id|credit_?(?:code|no)|social_?credit_?code|nsrsbh|tax_?no|tax_?id)"
        ),
        T.CN_USCC,
    ),
    (r"(?:zzjgdm|jgdm|zuzhijigoudaima|org_?(?:code|no)|organization_?code)", T.CN_ORG_CODE),
    (r"(?:wgrjlz\w*|yjjl\w*|foreigner_?id|permanent_?residence\w*)", T.CN_FOREIGNER_ID),
    (r"(?:txz|txzh\w*|gatxz\w*|tongxingzheng|travel_?permit(?:_?no)?)", T.CN_TRAVEL_PERMIT),
    (r"(?:hz|hzh|hzhm|huzhao|huzhaohao|passport(?:_?(?:no|num|number))?)", T.CN_PASSPORT),
    (r"(?:jgz\w*|jgzh|sbz|junguanzheng|military_?(?:id|no)|officer_?id)", T.CN_MILITARY_ID),
    (r"(?:dabh|jszdabh|danganbianhao|file_?no|driver_?file_?no)", T.CN_DRIVING_FILE_NO),
    (
        r"(?:sbkh|shbzkh|shebaokahao|ybkh|ss_?card(?:_?no)?|social_?security_?card\w*)",
        T.CN_SOCIAL_SECURITY_CARD,
    ),
    (
        (
            r"(?:blh|bah|zyh|mzh|jzh|jzkh|jzlsh|binglihao|bingan\w*|zhuyuanhao|menzhenhao|mrn|"
            r"medical_?record\w*|patient_?(?:id|no)|admission_?no|mdtrt_?id|"
            r"ipt_?no|otp_?no|visit_?(?:no|id)|hzbh|brid)"
        ),
        T.MEDICAL_RECORD,
    ),
    (
        (
            r"(?:sfz|sfzh|sfzhm|sfzjh|sfzjhm|gmsfhm|gmsfzh|gmsfzhm|zjh|zjhm|zjbh|shenfenzheng\w*|"
            r"zhengjianhao\w*|id_?(?:card|no|num|number)(?:_?(?:no|num|number))?|"
            r"idcard\w*|card_?id|cert_?(?:no|num|number|id|code)|certno|certnum|identity(?:_?(?:no|"
            r"number|card))?|citizen_?id|psn_?cert_?no|ident_?no|frsfz\w*|fddbrsfz\w*|"
            r"cert|sbh|shbzh|shbzhm)"
        ),
        T.CN_RESIDENT_ID,
    ),
    (
        (
            r"(?:yhkh|yhzh|yhkhm|kahao|kh|zhanghao|yinhangka\w*|yinhangzhanghao|bank_?(?:card|acct|"
            r"account|no)(?:_?(?:no|num|number))?|card_?(?:no|num|number)|"
            r"acct_?(?:no|num)|account_?(?:no|num|number)|bankcardno|debit_?card)"
        ),
        T.BANK_CARD,
    ),
    (
        (
            r"(?:sj|sjh|sjhm|shouji\w*|lxdh|lxfs|lxsj|yddh|lianxidianhua|mobile(?:_?(?:no|num|number|"
            r"phone))?|cell_?phone|phone(?:_?(?:no|num|number))?|"
            r"phonenumber|cont(?:a)?ct_?(?:tel|phone|mobile|no)|tel(?:_?(?:no|num))?|telephone|msisdn|"
            r"dh|dhhm|dianhua\w*)"
        ),
        T.CN_MOBILE,
    ),
    (
        r"(?:gddh|zjdh|bgdh|dwdh|fax|cz|chuanzhen|office_?(?:tel|phone)|landline|home_?(?:tel|phone))",
        T.CN_LANDLINE,
    ),
    (r"(?:cjh|cjhm|clsbdh|clsbdm|chejiahao|vin(?:_?(?:no|code))?|frame_?no|chassis_?no)", T.VIN),
    (
        (
            r"(?:cp|cph|cphm|hphm|chepai\w*|haopai\w*|plate(?:_?(?:no|num|number))?|car_?(?:no|num|"
            r"plate)|license_?plate\w*|veh_?no|vehicle_?no)"
        ),
        T.CN_PLATE,
    ),
    (r"(?:email|e_?mail|mail|dzyx|dzyj|yx|yxdz|youxiang|email_?addr(?:ess)?|mail_?box)", T.EMAIL_ADDRESS),
    (r"(?:mac|mac_?addr(?:ess)?|macdz)", T.MAC_ADDRESS),
    (
        (
            r"(?:ip|ip_?addr(?:ess)?|client_?ip|login_?ip|src_?ip|dst_?ip|remote_?(?:ip|addr)|"
            r"host_?ip|ipdz|dlip)"
        ),
        T.IP_ADDRESS,
    ),
    (r"(?:imei\w*|device_?imei)", T.IMEI),
    (r"(?:qq|qqh|qqhm|qq_?(?:no|num|number))", T.QQ),
    (r"(?:wx|wxh|weixin\w*|wechat\w*|wx_?(?:id|no))", T.WECHAT),
    (
        r"(?:bdcqzh|bdcdyh|bdc\w*|cqzh|fczh|budongchan\w*|real_?estate_?(?:no|cert\w*)|house_?cert_?no)",
        T.CN_REAL_ESTATE,
    ),
    (
        r"(?:jd|wd|jwd|jingdu|weidu|lng|lon|lat|longitude|latitude|gps\w*|coord\w*|location_?xy)",
        T.COORDINATES,
    ),
    (r"(?:zjxy|zongjiao\w*|relig(?:ion)?(?:_?\w*)?)", T.RELIGION),
    (r"(?:mz|minzu|ethnic(?:ity)?(?:_?\w*)?|nation|naty|folk)", T.ETHNICITY),
    (
        (
            r"(?:zd|zdmc|zdbm|zdjg|jb|jbmc|jbbm|jbzd|cyzd|ryzd|zyzd|bz_?mc|zhenduan\w*|jibing\w*|"
            r"diag\w*|dise\w*|icd\w*|illness|symptom\w*|allerg\w*|"
            r"disab\w*|cjlb|cjdj|gms|jws|blood_?type|medical_?history|dscg_?diag\w*)"
        ),
        T.HEALTH,
    ),
    (
        r"(?:hh|hbh|hubianhao|huhao|jtbh|house_?hold(?:_?(?:no|id|number))?|family_?(?:no|id)|hhid)",
        Role.HOUSEHOLD,
    ),
    (
        (
            r"(?:xb|xingbie|sex|gender|gend|age|nl|nianling|hyzk|marital\w*|marriage|xl|xueli|whcd|"
            r"education|edu|zy|zhiye|occupation|job|zw|zc|zzmm|hy)"
        ),
        Role.TRAIT,
    ),
    (
        (
            r"(?:qymc|dwmc|gsmc|jgmc|ztmc|yymc|xxmc|qiyemingcheng|danweimingcheng|gongsi\w*|gzdw|"
            r"yljgmc|(?:org|company|corp|ent|enterprise|unit|firm|hospital|school|"
            r"employer|dept|department|fixmedins|supplier|merchant|agency)(?:_?(?:name|nm|mc))?|"
            r"entname|emp_?name_?of_?org)"
        ),
        T.ORGANIZATION,
    ),
    (
        (
            r"(?:dz|zz|jtzz|jtdz|hjdz|hjd|xzz|xzdz|jzdz|txdz|zcdz|dzmc|zhuzhi|dizhi|zhusuo|addr|"
            r"address|(?:home|reg|contact|living|live|residence|mail|post|house|detail|family)"
            r"_?addr(?:ess)?|.*_addr(?:ess)?|dom)"
        ),
        T.ADDRESS,
    ),
    (
        (
            r"(?:je|jine|zczb|zczj|gz|gongzi|sr|shouru|zfy|fy|amt|amount|money|salary|income|wage|fee|"
            r"price|cost|balance|.*_(?:amt|amount|fee|money|price|cost|sumamt)|medfee\w*|"
            r"capital|reg_?cap(?:ital)?|regcap)"
        ),
        T.MONEY,
    ),
    (
        (
            r"(?:xm|xming|xingming|name|nm|mc|cname|zwxm|hzxm|brxm|fddbr|fddbrxm|fr|frdb|frdbxm|frxm|"
            r"fzr|fzrxm|lxr|lxrxm|jbr|sqr|hzhu|hz_?xm|czr|ys|ysxm|cbrxm|xsxm|"
            r"(?:full|real|true|user|person|people|psn|patient|customer|client|cust|emp|employee|"
            r"staff|student|stu|teacher|doctor|contact|owner|holder|legal|applicant|first|last|"
            r"chinese|cn|operator|insured|oper|opter|crter|updter|legal_?person|legal_?rep)_?(?:name|"
            r"nm|xm)|lerep|legal_?(?:person|rep(?:resentative)?)|contacts?|linkman|"
            r"operator|patient|doctor|username|faren\w*|lianxiren|fuzeren)"
        ),
        T.PERSON,
    ),
)
# Initials that mean something else as often; content must agree.
WEAK = words(
    "xm mc nm name fr hz cz kh dh sj mz zd jb jd wd dz zz yx xp zp cp gz sr fy je hh zy zw zc hy xl nl "
    "mm wx mac ip mail file_no card_no card_id account_no cert location dept department unit dom "
    "contact contacts operator org_code jgdm sbh ys username gs org location_xy nation cert_no file "
    "face dise price cost fee age job"
)
