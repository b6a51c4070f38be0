"""Prints a JSON object: the versions of the Python peers, and their BLAS."""
import json

found = {}
for name in ("numpy", "scipy", "sklearn", "torch"):
    try:
        found[name] = __import__(name).__version__
    except ImportError:
        pass
try:
    import threadpoolctl

    found["pools"] = [
        " ".join(str(p[key]) for key in ("internal_api", "version", "architecture", "num_threads") if p.get(key))
        for p in threadpoolctl.threadpool_info()
    ]
except ImportError:
    pass
print(json.dumps(found))
