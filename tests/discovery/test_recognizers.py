import subprocess
import sys

from sandbox.discovery.recognizers import analyzer, recognizers

RID = "520302198501011232"


def test_presidio_finds_an_id_beside_han_characters():
    text = f"当事人身份证{RID}的手机13812345678，登录IP为10.2.3.4，"
    found = {(one.entity_type, text[one.start : one.end]) for one in analyzer().analyze(text, language="zh")}
    assert found >= {("CN_RESIDENT_ID", RID), ("CN_MOBILE", "13812345678"), ("IP_ADDRESS", "10.2.3.4")}


def test_only_the_asked_types_come_back():
    (recognizer,) = recognizers()
    found = recognizer.analyze(f"身份证{RID}，手机13812345678", ["CN_MOBILE"])
    assert [one.entity_type for one in found] == ["CN_MOBILE"]


def test_reading_columns_and_text_never_loads_presidio():
    code = (
        "import sys, sandbox.discovery.columns, sandbox.discovery.recognizers; "
        "sys.exit('presidio_analyzer' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
