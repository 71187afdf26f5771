// Writes trained_cases.json: tokenizers that Glassformer trained, with the ids and the text that Hugging Face's own library
// gives for their files. To make it again, in an empty folder:
//   npm install tokenizers@0.23.2 && node .../tests/text/trained_cases.mjs .../build/glassformer > .../tests/text/trained_cases.json
import { execFileSync } from "child_process";
import { readFileSync, writeFileSync } from "fs";
import { createRequire } from "module";
const { Tokenizer } = createRequire(process.cwd() + "/")("tokenizers");

const corpus = `The quick brown fox jumps over the lazy dog. The dog didn't mind: it was lazier than the quickest fox.
Ein schöner Tag, an dem die Füchse über die Hunde sprangen; déjà vu, naïve café.
你好，世界。你好 the 世界! 🙂🙂 👩‍🚀 then 12 + 34 = 46, 123 and 1234.

There is the hound, there are the hounds, and thereafter they howled: "Howl!" <tag> İstanbul ÀÉ ﬁne
`;
const texts = ["", " ", "  ", "a", " a", "the", "The quick brown fox", "  the  lazy   dogs ", "the\n\nhound\n", "\tx\r\n y", "you'll don't, it's n't 's.",
  "12345 + 6", "你好世界 the 你们", "über Füchse déjà", "ÜBER ÉCOLE İ", "🙂🚀👩‍🚀", "zzz~~~ξψω", "e\u0301a\u0308", "ﬁne ﬂow ²", "<s>the</s>", "a[MASK] b [SEP]",
  "a\u00a0b\u3000c\u2003d", "\u200d\u00ad\u0007x", "▁the ▁", "##ing ##", "<0x41> <unk>", "x".repeat(101) + " the", "the! (dog) [fox] {and} $5 ^ ` | ~", "there ' there"];
const recipes = {
  "bpe": ["--kind", "bpe", "--vocab-size", "320"],
  "bpe, nfkc, lower case, bos": ["--kind", "bpe", "--vocab-size", "300", "--normalization", "nfkc", "--lowercase", "--special", "bos=<s>", "eos=</s>"],
  "wordpiece": ["--kind", "wordpiece", "--vocab-size", "140", "--special", "pad=[PAD]", "cls=[CLS]", "sep=[SEP]", "mask=[MASK]"],
  "wordpiece, lower case": ["--kind", "wordpiece", "--vocab-size", "130", "--lowercase"],
  "unigram": ["--kind", "unigram", "--vocab-size", "120", "--special", "bos=<s>", "eos=</s>"],
  "unigram, few characters": ["--kind", "unigram", "--vocab-size", "30", "--normalization", "nfd"],
  "characters": ["--kind", "characters"],
  "characters, bytes": ["--kind", "characters", "--byte-fallback", "--vocab-size", "290", "--normalization", "nfc"],
  "characters, some": ["--kind", "characters", "--vocab-size", "20", "--special", "bos=<s>", "eos=</s>"],
};

writeFileSync("corpus.txt", corpus);
const result = [];
for (const [name, options] of Object.entries(recipes)) {
  execFileSync(process.argv[2], ["tokenizer", ...options, "--text", "corpus.txt", "--out", "trained.json"]);
  const file = readFileSync("trained.json", "utf8");
  const tokenizer = Tokenizer.fromString(file);
  const entry = { name, options, file: JSON.parse(file), ids: [], decoded: [] };
  for (const text of texts) {
    const ids = (await tokenizer.encode(text)).getIds();
    entry.ids.push(ids);
    entry.decoded.push(await tokenizer.decode(ids, true));
  }
  result.push(entry);
}
console.log(`{"corpus": ${JSON.stringify(corpus)},\n"texts": ${JSON.stringify(texts)},\n"cases": [\n${result.map((c) => JSON.stringify(c)).join(",\n")}\n]}`);
