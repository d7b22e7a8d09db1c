package dev.ragwright.testmodels;

/** A {@code tokenizer.json} of whole words, for models that read pairs of texts. */
public final class PairTokenizer {
  private PairTokenizer() {}

  /**
   * The file: {@code <unk>} has the id 0, and {@code <end>}, the one special token, which stands
   * between and behind the texts of a pair, 1.
   *
   * @param words the others with their ids from 2 on, as in JSON: {@code "a": 2, "b": 3}
   */
  public static String json(String words) {
    return """
        {"version": "1.0", "truncation": null, "padding": null,
         "added_tokens": [
           {"id": 1, "content": "<end>", "single_word": false, "lstrip": false, "rstrip": false,
            "normalized": false, "special": true}],
         "normalizer": null,
         "pre_tokenizer": {"type": "WhitespaceSplit"},
         "post_processor": {"type": "TemplateProcessing",
           "single": [{"Sequence": {"id": "A", "type_id": 0}},
                      {"SpecialToken": {"id": "<end>", "type_id": 0}}],
           "pair": [{"Sequence": {"id": "A", "type_id": 0}},
                    {"SpecialToken": {"id": "<end>", "type_id": 0}},
                    {"Sequence": {"id": "B", "type_id": 1}},
                    {"SpecialToken": {"id": "<end>", "type_id": 1}}],
           "special_tokens": {"<end>": {"id": "<end>", "ids": [1], "tokens": ["<end>"]}}},
         "decoder": null,
         "model": {"type": "WordLevel", "unk_token": "<unk>",
                   "vocab": {"<unk>": 0, "<end>": 1, WORDS}}}
        """
        .replace("WORDS", words);
  }
}
