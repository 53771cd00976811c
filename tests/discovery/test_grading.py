from sandbox.discovery.grading import TREATMENTS
from sandbox.kernel.entities import EntityType as T
from sandbox.kernel.entities import IdentifierClass


def test_every_type_has_a_treatment_and_nothing_sensitive_is_kept():
    assert set(TREATMENTS) == set(T)
    for treatment in TREATMENTS.values():
        assert 1 <= treatment.level <= 4
        assert not (treatment.sensitive and treatment.technique == "keep")


def test_direct_identifiers_become_tokens_or_nothing():
    direct = [one for one in TREATMENTS.values() if one.identifier is IdentifierClass.DIRECT]
    assert {one.technique for one in direct} == {"token", "drop"}


def test_level_four_is_health_belief_bodies_and_secrets():
    four = {kind for kind, one in TREATMENTS.items() if one.level == 4}
    assert four == {T.HEALTH, T.RELIGION, T.BIOMETRIC, T.ACCOUNT_SECRET, T.MEDICAL_RECORD}
