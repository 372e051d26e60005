"""The treatments a forecast is promised for."""

DRUGS = (
    "finasteride",
    "finasteride_topical",
    "dutasteride",
    "minoxidil_topical",
    "minoxidil_oral",
    "ketoconazole_topical",
    "baricitinib",
    "ritlecitinib",
    "deuruxolitinib",
    "upadacitinib",
    "tofacitinib",
    "triamcinolone_intralesional",
    "clobetasol_topical",
    "contact_immunotherapy_dpcp",
)
STORES_AND_OTHERS = ("iron", "vitamin_d", "levothyroxine", "biotin", "watchful_waiting")
