// Writes hugging_face_cases.json: small tokenizer.json files with the ids and the text that Hugging Face's own library
// gives for them. To make it again, in an empty folder:
//   npm install tokenizers@0.23.2 && node .../tests/text/hugging_face_cases.mjs > .../tests/text/hugging_face_cases.json
import { createRequire } from "module";
const { Tokenizer } = createRequire(process.cwd() + "/")("tokenizers");

const words = ["the", "there", "then", "in", "ing", "er", "and", "re", "is", "on", "one", "12", "123", "  ", "    ", "\n\n", "'s", "ll", "你好", "é", "->"];

/// Tokens that grow from each word's left end, and a few that begin in its middle.
function grow({ vocab, merges }, words) {
  const add = (left, right) => {
    if (!(left in vocab) || !(right in vocab) || left + right in vocab) return;
    vocab[left + right] = Object.keys(vocab).length;
    merges.push([left, right]);
  };
  for (const word of words) {
    const parts = [...word];
    for (const c of parts) if (!(c in vocab)) vocab[c] = Object.keys(vocab).length;
    for (let i = 1; i < parts.length; ++i) add(parts.slice(0, i).join(""), parts[i]);
    for (let i = 2; i < parts.length; ++i) add(parts[i - 1], parts[i]);
  }
}

const hidden = [...Array(256).keys()].filter((b) => !((b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174));
const byteChar = (b) => String.fromCodePoint(hidden.includes(b) ? 256 + hidden.indexOf(b) : b);
const byteLevel = (text) => [...Buffer.from(text)].map(byteChar).join("");

function bytesModel() {
  const model = { vocab: {}, merges: [] };
  for (let b = 0; b < 256; ++b) model.vocab[byteChar(b)] = b;
  grow(model, words.flatMap((w) => [w, " " + w]).map(byteLevel));
  return model;
}

function piecesModel() {
  const model = { vocab: { "<unk>": 0, "<s>": 1, "</s>": 2 }, merges: [] };
  for (let b = 0; b < 256; ++b) model.vocab[`<0x${b.toString(16).toUpperCase().padStart(2, "0")}>`] = b + 3;
  for (const c of "▁abcdefghilmnoprstuvwxy123',.\n") if (!(c in model.vocab)) model.vocab[c] = Object.keys(model.vocab).length;
  grow(model, words.flatMap((w) => [w, " " + w]).map((w) => w.replaceAll(" ", "▁")));
  return model;
}

const models = { bytes: bytesModel(), pieces: piecesModel() };
const texts = [
  "", " ", "  ", "a", " a", "a ", "the", " the", "the there then", "  there's one  ", "in\n\nthe   end\n", "\t\tx  \n  y", "123 12 1 4567",
  "Is it 12? I'll say: they're 'sane'.", "<s>the", "a<s> the</s>", "<s> <s>", "  <mask>  and <mask>", "x<mask>the", "<|a|><|a|>b<|ab|>", "end <|a|> on",
  "你好 the 你", "été is é", "🙂 and 👩‍🚀", "the\u00a0re\u3000in\u2003on", "▁the ▁ in", "aÿz\u0100", "->->--> ->", "zzz qqq zq", "one  one\u180eone", "I'LL THE'S ıs ſ's", "a\r\n\r\n b\n c",
];

const byteFallback = { type: "Sequence", decoders: [
  { type: "Replace", pattern: { String: "▁" }, content: " " }, { type: "ByteFallback" }, { type: "Fuse" }, { type: "Strip", content: " ", start: 1, stop: 0 }] };
const llamaNormalizer = { type: "Sequence", normalizers: [{ type: "Prepend", prepend: "▁" }, { type: "Replace", pattern: { String: " " }, content: "▁" }] };
const llama3Regex = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const byteLevelStep = (o = {}) => ({ type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true, ...o });
const metaspace = (o) => ({ type: "Metaspace", replacement: "▁", ...o });
const split = (pattern, behavior, invert = false) => ({ type: "Split", pattern, behavior, invert });
const sequence = (...pretokenizers) => ({ type: "Sequence", pretokenizers });
const bos = (id, name) => ({ type: "TemplateProcessing", single: [{ SpecialToken: { id: name, type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
  pair: [{ Sequence: { id: "A", type_id: 0 } }, { Sequence: { id: "B", type_id: 1 } }], special_tokens: { [name]: { id: name, ids: [id], tokens: [name] } } });
const added = (id, content, o = {}) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true, ...o });
const count = (model) => Object.keys(models[model].vocab).length;
const bpe = (name, o = {}) => ({ type: "BPE", dropout: null, unk_token: null, continuing_subword_prefix: null, end_of_word_suffix: null,
  fuse_unk: false, byte_fallback: false, ignore_merges: false, ...o, vocab: name, merges: name });
const file = (parts) => ({ version: "1.0", truncation: null, padding: null, added_tokens: [], normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null, ...parts });

const bytesFile = (pre_tokenizer, parts = {}, model = {}) => file({ pre_tokenizer, decoder: byteLevelStep(), model: bpe("bytes", model), ...parts });
const piecesFile = (parts, model = {}) => file({ decoder: byteFallback, model: bpe("pieces", { unk_token: "<unk>", byte_fallback: true, ...model }), ...parts });
const llamaAdded = (o) => [added(0, "<unk>", o), added(1, "<s>", o), added(2, "</s>", o)];
const n = count("bytes"), m = count("pieces");

const cases = {
  "gpt2": bytesFile(byteLevelStep()),
  "gpt2 with a space in front": bytesFile(byteLevelStep({ add_prefix_space: true })),
  "byte level without words": bytesFile(byteLevelStep({ use_regex: false })),
  "llama3": bytesFile(sequence(split({ Regex: llama3Regex }, "Isolated"), byteLevelStep({ use_regex: false })),
    { added_tokens: [added(n, "<s>")], post_processor: { type: "Sequence", processors: [byteLevelStep(), bos(n, "<s>")] } }, { ignore_merges: true }),
  "single digits": bytesFile(sequence({ type: "Digits", individual_digits: true }, byteLevelStep())),
  "digits together": bytesFile(sequence({ type: "Digits", individual_digits: false }, byteLevelStep({ use_regex: false }))),
  "added tokens": bytesFile(byteLevelStep(), { added_tokens: [added(n, "<mask>", { lstrip: true }), added(n + 1, "<|a|>", { rstrip: true }), added(n + 2, "<|ab|>", { special: false }),
    added(n + 3, "<|a|><|a|>"), added(n + 4, "</s>", { lstrip: true, rstrip: true }), added(n + 5, "  ", { special: false, normalized: true })] }),
  "llama2": piecesFile({ added_tokens: llamaAdded({}), normalizer: llamaNormalizer, post_processor: bos(1, "<s>") }),
  "llama2, normalized added tokens": piecesFile({ added_tokens: llamaAdded({ normalized: true }), normalizer: llamaNormalizer, post_processor: bos(1, "<s>") }),
  "no byte fallback": piecesFile({ added_tokens: llamaAdded({}), normalizer: llamaNormalizer }, { byte_fallback: false }),
  "no byte fallback, unknown fused": piecesFile({ added_tokens: llamaAdded({}), normalizer: llamaNormalizer }, { byte_fallback: false, fuse_unk: true }),
  "metaspace always": piecesFile({ added_tokens: llamaAdded({}), pre_tokenizer: metaspace({ prepend_scheme: "always", split: true }), decoder: metaspace({ prepend_scheme: "always", split: true }) }),
  "metaspace first, whole": piecesFile({ added_tokens: llamaAdded({}), pre_tokenizer: metaspace({ prepend_scheme: "first", split: false }) }),
  "metaspace never": piecesFile({ added_tokens: llamaAdded({}), pre_tokenizer: metaspace({ prepend_scheme: "never", split: true }), decoder: metaspace({ prepend_scheme: "never", split: true }) }),
  "gemma": piecesFile({ added_tokens: llamaAdded({}), normalizer: { type: "Replace", pattern: { String: " " }, content: "▁" },
    pre_tokenizer: split({ String: "▁" }, "MergedWithPrevious"), decoder: { type: "Sequence", decoders: byteFallback.decoders.slice(0, 3) } }),
};
for (const behavior of ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"])
  for (const invert of [false, true])
    cases[`split ${behavior}${invert ? ", inverted" : ""}`] = bytesFile(sequence(split({ Regex: "\\s|[a-h]|(?=n)" }, behavior, invert), byteLevelStep({ use_regex: false })));

const result = { models, texts, cases: [] };
for (const [name, json] of Object.entries(cases)) {
  const model = { ...json.model, vocab: models[json.model.vocab].vocab, merges: models[json.model.merges].merges };
  const tokenizer = Tokenizer.fromString(JSON.stringify({ ...json, model }));
  const entry = { name, file: json, ids: [], decoded: [] };
  for (const text of texts) {
    const ids = (await tokenizer.encode(text)).getIds();
    entry.ids.push(ids);
    entry.decoded.push(await tokenizer.decode(ids, true));
  }
  result.cases.push(entry);
}
const lines = (list) => list.map((item) => JSON.stringify(item)).join(",\n");
console.log(`{"models": ${JSON.stringify(models)},\n"texts": ${JSON.stringify(texts)},\n"cases": [\n${lines(result.cases)}\n]}`);
