"""The closed list of sensitive types, as the command line's contract names them."""

from __future__ import annotations

from enum import StrEnum


class EntityType(StrEnum):
    """What a column or a span of text holds; the comment beside each is the Chinese term."""

    PERSON = "PERSON"  # 姓名
    ADDRESS = "ADDRESS"  # 地址
    ORGANIZATION = "ORGANIZATION"  # 机构名称
    BIRTH_DATE = "BIRTH_DATE"  # 出生日期
    CN_RESIDENT_ID = "CN_RESIDENT_ID"  # 居民身份证号（含港澳台居民居住证）
    CN_FOREIGNER_ID = "CN_FOREIGNER_ID"  # 外国人永久居留身份证号
    CN_USCC = "CN_USCC"  # 统一社会信用代码
    CN_ORG_CODE = "CN_ORG_CODE"  # 组织机构代码
    CN_MOBILE = "CN_MOBILE"  # 手机号
    CN_LANDLINE = "CN_LANDLINE"  # 固定电话
    BANK_CARD = "BANK_CARD"  # 银行卡号
    CN_PASSPORT = "CN_PASSPORT"  # 护照号
    CN_TRAVEL_PERMIT = "CN_TRAVEL_PERMIT"  # 往来港澳台通行证
    CN_MILITARY_ID = "CN_MILITARY_ID"  # 军官证、士兵证
    CN_PLATE = "CN_PLATE"  # 车牌号
    VIN = "VIN"  # 车架号
    CN_DRIVING_FILE_NO = "CN_DRIVING_FILE_NO"  # 驾驶证档案编号
    EMAIL_ADDRESS = "EMAIL_ADDRESS"  # 电子邮箱
    IP_ADDRESS = "IP_ADDRESS"  # 网络地址
    MAC_ADDRESS = "MAC_ADDRESS"  # 物理地址
    IMEI = "IMEI"  # 移动设备识别码
    QQ = "QQ"  # QQ 号
    WECHAT = "WECHAT"  # 微信号
    CN_SOCIAL_SECURITY_CARD = "CN_SOCIAL_SECURITY_CARD"  # 社会保障卡号
    MEDICAL_RECORD = "MEDICAL_RECORD"  # 病历号
    CN_REAL_ESTATE = "CN_REAL_ESTATE"  # 不动产权证号、单元号
    COORDINATES = "COORDINATES"  # 经纬度
    MONEY = "MONEY"  # 金额
    HEALTH = "HEALTH"  # 健康信息
    RELIGION = "RELIGION"  # 宗教信仰
    ETHNICITY = "ETHNICITY"  # 民族
    BIOMETRIC = "BIOMETRIC"  # 生物识别信息
    ACCOUNT_SECRET = "ACCOUNT_SECRET"  # 密码、密钥


class IdentifierClass(StrEnum):
    """What a column is to re-identification (GB/T 37964-2019, GB/T 42460-2023)."""

    DIRECT = "direct"  # 直接标识符
    QUASI = "quasi"  # 准标识符
    SENSITIVE = "sensitive"  # 敏感属性
    OTHER = "other"  # 其他
