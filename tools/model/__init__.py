import gateway.detection.detector  # noqa: F401 - before onnxruntime: what it loads tells nobody
