"""Writes favours7.onnx_adapter: for an input of 50 numbers, zeros but for 100 at place 7."""

import numpy as np
import onnxruntime as ort

weights = np.zeros(50, np.float32)
weights[7] = 100
adapter = ort.AdapterFormat()
adapter.set_adapter_version(1)
adapter.set_model_version(1)
adapter.set_parameters({"head.lora_B.weight": ort.OrtValue.ortvalue_from_numpy(weights)})
adapter.export_adapter("favours7.onnx_adapter")
