#!/usr/bin/env python3
"""Writes sentencepiece_cases.json: small models that SentencePiece trained, with the ids that SentencePiece itself gives for
the strings of nasty_texts.json. To make it again, with Debian's python3-sentencepiece, in an empty folder:
    .../tests/text/sentencepiece_cases.py > .../tests/text/sentencepiece_cases.json
It also writes charsmap.txt, the table of a normalizer in base64, for parts_cases.mjs.
"""
import base64
import json
import pathlib
import sys

import sentencepiece

TEXTS = json.loads((pathlib.Path(__file__).parent / "nasty_texts.json").read_text())
CORPUS = """The quick brown fox jumps over the lazy dog. The dog didn't mind: it was lazier than the quickest fox.
Ein schöner Tag, an dem die Füchse über die Hunde sprangen; déjà vu, naïve café, ﬁne ﬂow.
你好，世界。你好 the 世界! 🙂🙂 👩‍🚀 then 12 + 34 = 46, 123 and 1234. 3.14 ½ ② Ａ１ ｶﾞ
There is the hound, there are the hounds, and thereafter they howled: "Howl!" <tag> İstanbul ÀÉ
  the   spaces   in   the   middle	and	tabs, word word the the the in in ing ing er er
""".splitlines() * 3
# A table of our own: what to write (right) for which characters (left), as in SentencePiece's nfkc.
RULES = {"①": "1", "②": "2", "½": "1/2", "ﬁ": "fi", "ﬃ": "ffi", "Ａ": "A", "１": "1", "é": "é", "É": "É", "Å": "Å", "ｶﾞ": "ガ", "ﾊﾟ": "パ",
         "²": "2", "\u00a0": " ", "\u3000": " ", "\u2003": " ", "\t": " ", "\n": " ", "\r": " ", "\u200b": " ", "\ufeff": "", "\u00ad": "",
         "…": "...", "™": "TM", "…": "...", "ㄱㅏ": "가", "👩": "W", "a\u0308": "ä", "𝒜": "A", "Ⅷ": "VIII"}
MODELS = {
    "unigram": dict(model_type="unigram", vocab_size=120, normalization_rule_tsv="rules.tsv"),
    "unigram, bytes": dict(model_type="unigram", vocab_size=400, byte_fallback=True, normalization_rule_name="identity",
                           remove_extra_whitespaces=False, character_coverage=0.98),
    "unigram, user-defined": dict(model_type="unigram", vocab_size=130, user_defined_symbols=["<x>", "the ", "ing", "[X]"],
                                  normalization_rule_tsv="rules.tsv"),
    "unigram, space is suffix": dict(model_type="unigram", vocab_size=120, treat_whitespace_as_suffix=True,
                                     normalization_rule_name="identity"),
    "unigram, no prefix": dict(model_type="unigram", vocab_size=120, add_dummy_prefix=False,
                               normalization_rule_name="identity"),
    "bpe": dict(model_type="bpe", vocab_size=160, normalization_rule_tsv="rules.tsv"),
    "bpe, bytes as Llama's": dict(model_type="bpe", vocab_size=420, byte_fallback=True, split_digits=True,
                                  normalization_rule_name="identity", remove_extra_whitespaces=False,
                                  allow_whitespace_only_pieces=True, character_coverage=0.98),
    "bpe, user-defined": dict(model_type="bpe", vocab_size=170, user_defined_symbols=["<x>", "ing", "\n", "▁▁"],
                              control_symbols=["<c>"], normalization_rule_name="identity"),
    "bpe, space is suffix": dict(model_type="bpe", vocab_size=160, treat_whitespace_as_suffix=True,
                                 normalization_rule_name="identity"),
    "characters": dict(model_type="char", vocab_size=70, user_defined_symbols=["the"], normalization_rule_name="identity"),
    "words": dict(model_type="word", vocab_size=45, normalization_rule_name="identity"),
}


def charsmap(model):
    """The field precompiled_charsmap (2) of normalizer_spec (3)."""
    def fields(message):
        at = 0
        while at < len(message):
            numbers = []
            for _ in range(2):
                value = shift = 0
                while True:
                    byte = message[at]
                    at += 1
                    value |= (byte & 127) << shift
                    shift += 7
                    if byte < 128:
                        break
                numbers.append(value)
                if numbers[0] & 7 == 5:
                    break
            size = {0: 0, 2: numbers[-1], 5: 4}[numbers[0] & 7]
            yield numbers[0] >> 3, message[at:at + size]
            at += size

    return dict(fields(dict(fields(model))[3]))[2]


def train(options):
    path = pathlib.Path("model")
    sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(CORPUS), model_prefix=str(path), hard_vocab_limit=False,
                                             minloglevel=2, num_threads=1, **options)
    return path.with_suffix(".model").read_bytes()


def main():
    rules = [(" ".join(f"{ord(c):X}" for c in left), " ".join(f"{ord(c):X}" for c in right)) for left, right in RULES.items()]
    pathlib.Path("rules.tsv").write_text("".join(f"{left}\t{right}\n" for left, right in rules))
    cases = []
    for name, options in MODELS.items():
        model = train(options)
        if not cases:
            pathlib.Path("charsmap.txt").write_text(base64.b64encode(charsmap(model)).decode())
        processor = sentencepiece.SentencePieceProcessor(model_proto=model)
        cases.append({"name": name, "model": base64.b64encode(model).decode(),
                      "ids": [processor.encode(text) for text in TEXTS]})
    lines = ",\n".join(json.dumps(c, ensure_ascii=False, separators=(",", ":")) for c in cases)
    print('{"cases": [\n' + lines + "\n]}")


if __name__ == "__main__":
    sys.exit(main())
