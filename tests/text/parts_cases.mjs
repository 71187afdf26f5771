// Writes parts_cases.json: a tokenizer.json for every normalizer, pre-tokenizer, model, post-processor, decoder and setting of
// added tokens, with the ids, offsets and texts that Hugging Face's own library gives for the strings of nasty_texts.json.
// To make it again, in an empty folder:
//   npm install tokenizers@0.23.2 && node .../tests/text/parts_cases.mjs CHARSMAP > .../tests/text/parts_cases.json
// CHARSMAP is the file charsmap.txt that sentencepiece_cases.py writes.
import { readFileSync } from "fs";
import { createRequire } from "module";
const { Tokenizer } = createRequire(process.cwd() + "/")("tokenizers");
const texts = JSON.parse(readFileSync(new URL("nasty_texts.json", import.meta.url)));
const charsmap = readFileSync(process.argv[2], "utf8").trim();

const file = (parts) => ({ version: "1.0", truncation: null, padding: null, added_tokens: [], normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null, ...parts });
const added = (id, content, o = {}) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true, ...o });
const step = (type, o = {}) => ({ type, ...o });
const sequence = (key, ...steps) => ({ type: "Sequence", [key]: steps });
const byteName = (b) => `<0x${b.toString(16).toUpperCase().padStart(2, "0")}>`;

// Models, which cases name. "bytes" has a token for every byte, so that ids show all of a normalized text; "words" has few
// tokens, so that offsets show where pieces end; "letters" and the others merge.
const alphabet = "abcdefghijklmnopqrstuvwxyzTZ'.,éß1234567890 ▁你好世界日本語_-<>#";
const words = ["the", "The", "in", "ing", "er", "word", "ab", "123", "你好", "世界", "don't", " the", "▁the"];
function grow({ prefix = "", suffix = "" } = {}) {
  const vocab = { "<unk>": 0 }, merges = [];
  const add = (name) => { if (!(name in vocab)) vocab[name] = Object.keys(vocab).length; };
  for (const c of alphabet) for (const p of new Set(["", prefix])) for (const s of new Set(["", suffix])) add(p + c + s);
  for (const word of words) {
    const chars = [...word].map((c, i, all) => (i > 0 ? prefix : "") + c + (i === all.length - 1 ? suffix : ""));
    const join = (left, right) => {
      const merged = left + right.slice(prefix.length);
      if (!(left in vocab) || !(right in vocab) || merged in vocab) return merged;
      add(merged);
      merges.push([left, right]);
      return merged;
    };
    let left = chars[0];
    for (let i = 1; i < chars.length; ++i) left = join(left, chars[i]);
    for (let i = chars.length - 1; i > 0; --i) join(chars[i - 1], chars[i]);
  }
  return { vocab, merges };
}
function withBytes({ vocab, merges }, n) {
  const all = { ...vocab };
  for (let b = 0; b < n; ++b) all[byteName(b)] = Object.keys(all).length;
  return { vocab: all, merges };
}
const bpe = (tokens, o = {}) => ({ type: "BPE", dropout: null, unk_token: "<unk>", continuing_subword_prefix: null, end_of_word_suffix: null, fuse_unk: false, byte_fallback: false, ignore_merges: false, ...tokens, ...o });
const without = ({ type, ...rest }) => rest;
const letters = grow();
const pieces = [["<unk>", 0], ["▁", -3], ["▁the", -2.5], ["the", -3], ["t", -5], ["h", -5], ["e", -4.5], ["in", -4], ["ing", -4.2], ["a", -4], ["ab", -4.5], ["b", -5], ["i", -5], ["n", -5], ["1", -5], ["12", -6], ["你", -6], ["你好", -7], ["<", -7], [">", -7], ["er", -5], ["r", -6]];
const bytePieces = [...pieces, ...[...Array(256).keys()].map((b) => [byteName(b), -9])];
const wordPieces = { "[UNK]": 0 };
for (const p of ["", "##"]) for (const c of alphabet.replace(" ", "")) wordPieces[p + c] ??= Object.keys(wordPieces).length;
for (const w of ["the", "The", "##ing", "##er", "in", "word", "你好"]) wordPieces[w] = Object.keys(wordPieces).length;
const wordPiece = { type: "WordPiece", unk_token: "[UNK]", continuing_subword_prefix: "##", max_input_chars_per_word: 5, vocab: wordPieces };
const wordLevel = { type: "WordLevel", vocab: { "<unk>": 0, the: 1, a: 2, "▁the": 3, word: 4 }, unk_token: "<unk>" };
const unigram = (vocab) => ({ type: "Unigram", unk_id: 0, vocab, byte_fallback: vocab.length > pieces.length });
const models = {
  bytes: bpe(withBytes({ vocab: { "<unk>": 0 }, merges: [] }, 256), { byte_fallback: true }),
  words: wordLevel, letters: bpe(letters),
  suffix: bpe(grow({ suffix: "</w>" }), { end_of_word_suffix: "</w>" }),
  prefix: bpe(grow({ prefix: "##" }), { continuing_subword_prefix: "##" }),
  both: bpe(grow({ prefix: "##", suffix: "</w>" }), { continuing_subword_prefix: "##", end_of_word_suffix: "</w>", fuse_unk: true }),
  fused: bpe(letters, { fuse_unk: true }), dropped: bpe(letters, { unk_token: null }), whole: bpe(letters, { ignore_merges: true }),
  "half of the bytes": bpe(withBytes(letters, 128), { byte_fallback: true }),
  "half of the bytes, fused": bpe(withBytes(letters, 128), { byte_fallback: true, fuse_unk: true }),
  "all bytes": bpe(withBytes(letters, 256), { byte_fallback: true }),
  "all bytes, suffix": bpe(withBytes(letters, 256), { byte_fallback: true, end_of_word_suffix: "</w>" }),
  wordpiece: wordPiece, unigram: unigram(pieces), "unigram, bytes": unigram(bytePieces), "unigram, some bytes": unigram(bytePieces.slice(0, 150)),
  "bpe without type": without(bpe(letters)), "unigram without type": without(unigram(pieces)), "wordpiece without type": without(wordPiece), "wordlevel without type": without(wordLevel),
};

const bert = (o) => step("BertNormalizer", { clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true, ...o });
const replace = (pattern, content) => step("Replace", { pattern, content });
const strip = (left, right) => step("Strip", { strip_left: left, strip_right: right });
const normalizers = {
  NFC: step("NFC"), NFD: step("NFD"), NFKC: step("NFKC"), NFKD: step("NFKD"), Lowercase: step("Lowercase"), Nmt: step("Nmt"), ByteLevel: step("ByteLevel"),
  StripAccents: step("StripAccents"), "NFD, StripAccents": sequence("normalizers", step("NFD"), step("StripAccents")),
  Strip: strip(true, true), "Strip left": strip(true, false), "Strip right": strip(false, true), Prepend: step("Prepend", { prepend: "▁" }),
  "Replace string": replace({ String: "a" }, "bc"), "Replace regex": replace({ Regex: "\\s+|[^\\w]" }, " "), "Replace by nothing": replace({ Regex: "\\p{M}" }, ""), "Replace empty matches": replace({ Regex: "\\b" }, "|"),
  Bert: bert({}), "Bert, cased": bert({ lowercase: false }), "Bert, accents only": bert({ clean_text: false, handle_chinese_chars: false, strip_accents: true, lowercase: false }), "Bert, with accents": bert({ handle_chinese_chars: false, strip_accents: false }),
  Precompiled: step("Precompiled", { precompiled_charsmap: charsmap }),
  nested: sequence("normalizers", step("NFKC"), sequence("normalizers", step("Lowercase"), strip(true, true)), step("Nmt")),
};

const split = (pattern, behavior, invert = false) => step("Split", { pattern, behavior, invert });
const byteLevel = (o = {}) => step("ByteLevel", { add_prefix_space: false, trim_offsets: true, use_regex: true, ...o });
const metaspace = (replacement, prepend_scheme, o = {}) => step("Metaspace", { replacement, prepend_scheme, split: true, ...o });
const preTokenizers = {
  Whitespace: step("Whitespace"), WhitespaceSplit: step("WhitespaceSplit"), BertPreTokenizer: step("BertPreTokenizer"), UnicodeScripts: step("UnicodeScripts"), FixedLength: step("FixedLength", { length: 5 }),
  CharDelimiterSplit: step("CharDelimiterSplit", { delimiter: "a" }), Digits: step("Digits", { individual_digits: false }), "Digits, single": step("Digits", { individual_digits: true }),
  ByteLevel: byteLevel(), "ByteLevel, space": byteLevel({ add_prefix_space: true }), "Metaspace, always": metaspace("▁", "always"), "Metaspace, first": metaspace("▁", "first"), "Metaspace, never": metaspace("_", "never"),
  "ByteLevel, then Digits": sequence("pretokenizers", byteLevel(), step("Digits", { individual_digits: true })),
  "Whitespace, Digits, Punctuation": sequence("pretokenizers", step("Whitespace"), sequence("pretokenizers", step("Digits", { individual_digits: true }), step("Punctuation", { behavior: "MergedWithNext" }))),
  "UnicodeScripts, WhitespaceSplit": sequence("pretokenizers", step("UnicodeScripts"), step("WhitespaceSplit")),
};
for (const behavior of ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]) {
  preTokenizers[`Punctuation ${behavior}`] = step("Punctuation", { behavior });
  preTokenizers[`Split ${behavior}`] = split({ Regex: "\\w+" }, behavior);
  preTokenizers[`Split ${behavior}, inverted`] = split({ Regex: "\\b|\\d" }, behavior, true);
}
const patterns = {
  "\\w": "\\w+|[^\\w\\s]+", "\\b": "\\b", "\\B": "\\B.", "\\u": "[\\u4e00-\\u9fff\\u3400-\\u4DBF]|\\u3042", "\\W in a class": "[\\W\\d]+", "not \\W": "[^\\W\\d]+", "classes in a class": "[a-z[A-Z]&&[^aeiou]]+",
  POSIX: "[[:alpha:]]+|[[:punct:]]+", "POSIX, not": "[[:^space:]]+", names: "\\p{Alpha}+|\\p{Han}|\\p{Lowercase_Letter}|\\p{^L}", intervals: "\\p{N}{1,3}+|\\p{L}{2}?|a{,2}b", "quantifier of a quantifier": "(?:\\p{L}{2}+)*|\\s**",
  GPT4: "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+",
  GPT4o: "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  flags: "(?i)a|THE(?-i)in|(?m:b.)", "around": "(?<=\\d)(?=\\d)|(?<!\\w)the(?!\\w)", ends: "^.|.$|\\A.|.\\z", hex: "\\h+|\\H{3}", escapes: "[\\x41\\x{1F642}\\t\\v\\]\\-]|\\x{e9}|\\O\\R|\\#",
};

const surround = (type) => step(type, { sep: ["</s>", 2], cls: ["<s>", 1], ...(type === "RobertaProcessing" ? { trim_offsets: false, add_prefix_space: true } : {}) });
const special = (name) => ({ SpecialToken: { id: name, type_id: 0 } });
const template = step("TemplateProcessing", { single: [special("<s>"), special("<s>"), { Sequence: { id: "A", type_id: 0 } }, special("</s>")], pair: [], special_tokens: { "<s>": { id: "<s>", ids: [1, 3], tokens: ["<s>", "<t>"] }, "</s>": { id: "</s>", ids: [2], tokens: ["</s>"] } } });
const unknown = [added(0, "<unk>")];
const whitespace = { pre_tokenizer: step("Whitespace"), added_tokens: unknown };
const decoders = {
  BPEDecoder: ["suffix", step("BPEDecoder", { suffix: "</w>" })], WordPiece: ["prefix", step("WordPiece", { prefix: "##", cleanup: false })], Fuse: ["letters", step("Fuse")],
  "ByteFallback, Fuse": ["all bytes", sequence("decoders", step("ByteFallback"), step("Fuse"))], Strip: ["letters", step("Strip", { content: "t", start: 1, stop: 0 })],
  "Fuse, Strip": ["letters", sequence("decoders", step("Fuse"), step("Strip", { content: "t", start: 1, stop: 0 }))], "Replace regex": ["letters", sequence("decoders", replace({ Regex: "[e-h]+" }, "|"), step("Fuse"))],
  CTC: ["letters", step("CTC", { pad_token: "a", word_delimiter_token: "_", cleanup: false })], null: ["letters", null],
};

const cases = [];
for (const [name, normalizer] of Object.entries(normalizers)) cases.push([`normalizer ${name}`, "bytes", { normalizer }]);
for (const [name, pre_tokenizer] of Object.entries(preTokenizers)) cases.push([`pre-tokenizer ${name}`, "words", { pre_tokenizer }]);
for (const [name, pattern] of Object.entries(patterns)) cases.push([`expression ${name}`, "words", { pre_tokenizer: split({ Regex: pattern }, "Isolated") }]);
for (const name of Object.keys(models)) cases.push([`model ${name}`, name, name.startsWith("wordpiece") ? { pre_tokenizer: step("BertPreTokenizer"), added_tokens: [added(0, "[UNK]")] } : name.startsWith("unigram") ? { pre_tokenizer: metaspace("▁", "always"), added_tokens: unknown } : whitespace]);
for (const [name, post_processor] of Object.entries({ BertProcessing: surround("BertProcessing"), RobertaProcessing: surround("RobertaProcessing"), TemplateProcessing: template, "ByteLevel, TemplateProcessing": sequence("processors", byteLevel({ trim_offsets: false }), template) }))
  cases.push([`post-processor ${name}`, "letters", { ...whitespace, post_processor }]);
for (const [name, [model, decoder]] of Object.entries(decoders)) cases.push([`decoder ${name}`, model, { ...whitespace, decoder }]);
for (const flag of ["lstrip", "rstrip", "single_word", "normalized"])
  cases.push([`added tokens ${flag}`, "letters", { normalizer: step("Lowercase"), pre_tokenizer: step("Whitespace"), decoder: step("Fuse"),
    added_tokens: [...unknown, added(500, "<x>", { [flag]: true }), added(501, "The", { [flag]: true, special: false }), added(502, "[X]", { [flag]: true }), added(503, " ", { special: false }), added(504, "the", { [flag]: true, special: false })] }]);
cases.push(["added tokens whose ids have gaps", "letters", { added_tokens: [...unknown, added(500, "<x>", { lstrip: true, rstrip: true }), added(700, "<s>", { lstrip: true }), added(600, "</s>", { rstrip: true, single_word: true }), added(3, "  ", { special: false })] }]);

const result = [];
for (const [name, model, parts] of cases) {
  const json = file(parts);
  const tokenizer = Tokenizer.fromString(JSON.stringify({ ...json, model: models[model] }));
  const entry = { name, model, file: json };
  // Of normalizers we keep the normalized text: the ids of "bytes" are its bytes, plus 1.
  const isNormalizer = name.startsWith("normalizer");
  const ids = (entry[isNormalizer ? "normalized" : "ids"] = []);
  const shows = name.startsWith("pre-tokenizer") || name.startsWith("expression") ? "offsets" : name.startsWith("decoder") && json.decoder ? "decoded" : null;
  if (shows) entry[shows] = [];
  for (const text of texts) {
    const encoding = await tokenizer.encode(text);
    ids.push(isNormalizer ? Buffer.from(encoding.getIds().map((id) => id - 1)).toString() : encoding.getIds());
    if (shows === "offsets") entry.offsets.push(encoding.getOffsets().flat());
    if (shows === "decoded") entry.decoded.push(await tokenizer.decode(encoding.getIds(), true));
  }
  result.push(entry);
}
console.log(`{"models": ${JSON.stringify(models)},\n"cases": [\n${result.map((c) => JSON.stringify(c)).join(",\n")}\n]}`);
