"""The joint posterior of the model's parameters, fitted to the study rows that may be fitted.

Two layers are fitted each by itself, because their studies share no parameter that either could
tell: `areata` (immune layer and JAK inhibitors) and `pattern` (androgens, hair cycle, minoxidil).
"""
