"""Reads what TrainingTriplets and TrainingPairs wrote with the libraries that train with it.

usage: trainers.py triplets FILE | n-tuples FILE | chats FILE
Prints columns and number of rows as datasets has them, after sentence-transformers has trained a
tiny model for a step with them, or TRL has made the text of each conversation.
"""

import os
import sys
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_DATASETS_CACHE"] = tempfile.mkdtemp()

from datasets import load_dataset


def rows(file):
    return load_dataset("json", data_files=file, split="train")


def train(dataset, loss_class):
    from sentence_transformers import (
        SentenceTransformer,
        SentenceTransformerTrainer,
        SentenceTransformerTrainingArguments,
    )
    from sentence_transformers.models import StaticEmbedding
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = sorted({word for row in dataset for text in row.values() for word in text.split()})
    vocabulary = {word: i for i, word in enumerate(["[UNK]", *words])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    model = SentenceTransformer(
        modules=[StaticEmbedding(tokenizer, embedding_dim=8)], device="cpu"
    )
    trainer = SentenceTransformerTrainer(
        model=model,
        args=SentenceTransformerTrainingArguments(
            output_dir=tempfile.mkdtemp(),
            max_steps=1,
            per_device_train_batch_size=4,
            report_to=[],
            save_strategy="no",
            use_cpu=True,
        ),
        train_dataset=dataset,
        loss=loss_class(model),
    )
    assert trainer.train().global_step == 1


def main(kind, file):
    dataset = rows(file)
    if kind == "chats":
        from transformers import PreTrainedTokenizerFast
        from tokenizers import Tokenizer, models
        from trl import apply_chat_template, is_conversational

        tokenizer = PreTrainedTokenizerFast(
            tokenizer_object=Tokenizer(models.WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
        )
        tokenizer.chat_template = (
            "{% for message in messages %}<{{ message.role }}>{{ message.content }}\n{% endfor %}"
        )
        for row in dataset:
            assert is_conversational(row), row
            assert "<assistant>" in apply_chat_template(row, tokenizer)["text"]
    else:
        from sentence_transformers import losses

        train(dataset, losses.MultipleNegativesRankingLoss)
        if kind == "triplets":
            train(dataset, losses.TripletLoss)
    print(",".join(dataset.column_names), dataset.num_rows)


if __name__ == "__main__":
    main(*sys.argv[1:])
