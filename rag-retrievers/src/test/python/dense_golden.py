"""The numbers of DenseEmbedderTest, in numpy: the encoder of ColBertFolder, mean pooling, and two
layers as sentence_transformers/models/Dense.py has them. Prints Java. Run: python3 dense_golden.py"""

import numpy as np

HIDDEN, VOCABULARY = 4, 19
table = np.sin(np.arange(VOCABULARY * HIDDEN) + 1.0).reshape(VOCABULARY, HIDDEN)
words = table[[2, 10, 11, 3]]  # [CLS] w1 w2 [SEP]
pooled = np.tanh(words + 0.1 * words.sum(axis=0)).mean(axis=0)
first = np.array([[1, -2, 0.5, 3], [0.25, 1, -1, 2], [-3, 0.5, 2, 1]])  # (out, in)
second = np.array([[1, 2, -1], [0.5, -1, 3], [2, 0, 1]])
hidden = np.tanh(pooled @ first.T + np.array([0.5, -0.25, 1]))
given = hidden @ second.T
print(", ".join("%.6ff" % value for value in given / np.linalg.norm(given)))
