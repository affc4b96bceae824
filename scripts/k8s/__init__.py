"""The rules that our Kubernetes manifests keep, one module per kind of rule.

Every rule module has `violations(...)`, pure functions of rendered documents.
"""
