"""A trial of alopecia areata as people write them, for tests to change a field of."""


def small(**changes: object) -> dict:
    """A valid little trial with some top-level fields replaced."""
    return {
        "id": "small",
        "condition": "alopecia_areata",
        "population": {"salt_mean": 86, "salt_min": 50, "share_salt_95_percent": 53},
        "arms": [
            {"id": "drug", "role": "active", "n": 200, "regimens": ["baricitinib 4 mg daily"]},
            {"id": "placebo", "role": "placebo", "n": 100},
        ],
        "endpoints": [{"endpoint": "salt_le_20", "weeks": [24]}],
        **changes,
    }
