"""What an installation is set to: the home's own file, then the environment.

Read once, by `app`. `home.toml` lies in the home and holds no secret; every value can be
overridden by an environment variable `SANDBOX_…`. In production the two keys lie outside.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

FILE_NAME = "home.toml"


class Settings(BaseSettings):
    """Every setting, its default and what it does; the reference in the docs is made from this."""

    model_config = SettingsConfigDict(env_prefix="SANDBOX_", extra="forbid", frozen=True)

    name: str = Field(default="", description="这套平台的名称，写在检查点和回执里")
    demo: bool = Field(default=False, description="演示环境：自带演示账户，处处标明；不得放真实数据")
    format: int = Field(default=1, description="主目录的格式版本，由程序维护")
    database_url: str = Field(default="", description="元数据库地址；空则用主目录里的 SQLite")
    kek_file: Path | None = Field(
        default=None, description="主密钥文件（32 字节，权限 0600）；生产环境在主目录之外"
    )
    checkpoint_key_file: Path | None = Field(default=None, description="检查点签名私钥；生产环境在主目录之外")
    sm2_key_file: Path | None = Field(
        default=None, description="国密 SM2 签章私钥（32 字节，权限 0600）；设置后协议另加一枚 SM2 签章"
    )
    witnesses: tuple[Path, ...] = Field(default=(), description="见证目录：检查点另存于此，可属于另一单位")
    hash: Literal["sha256", "sm3"] = Field(
        default="sha256", description="日志与密钥派生的摘要算法，建立后不变"
    )
    password_cost: Literal["", "rfc9106", "owasp", "trial"] = Field(
        default="",
        description="口令散列的代价；空则生产环境用 rfc9106、演示环境用 owasp，生产环境不得降低",
    )
    regime: str = Field(default="national-2025", description="新申请默认适用的制度版本")
    region: str = Field(default="520300", description="计算工作日所用的行政区划代码")
    class_floor: int = Field(
        default=5, ge=3, description="落地时准标识符等价类的下限；法定下限为 3，制度和行业规则更严的从严"
    )
    gate_memory: int = Field(default=6_000_000_000, description="闸口进程的内存上限（字节）")
    gate_seconds: int = Field(default=1800, description="闸口进程的时间上限（秒）")
    gate_spares: int = Field(
        default=1, ge=0, le=8, description="预先起好待用的闸口进程数，每个约占 270 MB 内存；0 为不备"
    )
    seat_memory: int = Field(default=4_000_000_000, description="席位的内存上限（字节）")
    seat_processes: int = Field(default=256, description="席位的进程数上限")
    seat_output_bytes: int = Field(
        default=262_144, description="席位一次运行能显示的输出上限（字节）；数据只能经出域闸口带走"
    )
    seat_output_day_bytes: int = Field(default=10_485_760, description="席位一天能显示的输出上限（字节）")
    seat_run_seconds: int = Field(default=3600, description="席位一次运行的时间上限（秒）")
    seat_home_bytes: int = Field(default=2_000_000_000, description="席位目录的容量上限（字节）")

    print_font: Path | None = Field(
        default=None,
        description="打印协议嵌入的字体（TrueType 轮廓的 .ttf）；空则用随页面组件装上的思源宋体",
    )

    mail_host: str = Field(default="", description="邮件服务器；空则不发邮件，通知只在控制台")
    mail_port: int = Field(default=465, ge=1, le=65535, description="邮件服务器端口")
    mail_security: Literal["tls", "starttls", "none"] = Field(
        default="tls", description="邮件的加密方式；none 只用于演示"
    )
    mail_sender: str = Field(default="", description="发件地址")
    mail_user: str = Field(default="", description="邮件服务器的用户名；空则不登录")
    mail_password: SecretStr = Field(
        default=SecretStr(""), description="邮件服务器的口令；请用环境变量给出，不写进 home.toml"
    )
    mail_authorities: Path | None = Field(default=None, description="另外信任的证书文件（PEM）")
    webhook_hosts: tuple[str, ...] = Field(default=(), description="允许的回调主机；空则不能设回调")
    notices_plain: bool = Field(default=False, description="演示中允许向本机不加密发送通知；正式环境无效")
    console_address: str = Field(default="", description="写在邮件里的控制台地址")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources: arguments, environment, then the home's file."""
        return (init_settings, env_settings, TomlConfigSettingsSource(settings_cls))


def load(home: Path) -> Settings:
    """Return the settings of a home; pydantic's own error for an unknown or wrong value."""

    class HomeSettings(Settings):
        model_config = SettingsConfigDict(
            env_prefix="SANDBOX_", extra="forbid", frozen=True, toml_file=home / FILE_NAME
        )

    return HomeSettings()
