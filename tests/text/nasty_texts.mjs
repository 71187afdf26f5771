// Writes nasty_texts.json: 300 strings, put together at random from what tokenizers disagree about. To make it again:
//   node .../tests/text/nasty_texts.mjs > .../tests/text/nasty_texts.json
const atoms = [
  "a", "b", "ab", "the", "The", "in", "ing", "er", "x", "Z", "I'll", "don't", "n't", "word word", "CamelCase", "snake_case", "ALLCAPS",
  "é", "É", "e\u0301", "a\u0308\u0323", "ñ", "ß", "ſ", "İ", "ı", "ǅ", "ﬁ", "ﬃ", "Å", "\u212b", "ø", "ç", "ﾊﾟ", "ｶﾞ", "Ａ１", "①", "²", "½", "Ⅷ", "٣", "१",
  "1", "12", "3.14", "1,000", " ", "  ", "   ", "\t", "\n", "\r\n", "\u000b", "\f", "\u0085", "\u00a0", "\u1680", "\u2003", "\u2028", "\u2029", "\u202f", "\u3000",
  "\u200b", "\u200c", "\u200d", "\ufeff", "\u00ad", "\u2060", "\u0001", "\u0007", "\u001b", "\u007f", "\u009f", "\u0000",
  ".", ",", "!", "?", "'", "'s", "\"", "-", "--", "_", "__", "(", "]", "{", "|", "~", "$", "^", "`", "+", "=", "<", ">", "#", "##", "@", "…", "—", "«", "»", "、", "。", "！", "・", "¿", "§", "€", "™", "°",
  "你好", "世界", "㐀", "日本語", "カタカナ", "ひらがな", "ー", "한국어", "\u1112\u1161\u11ab", "ㄱㅏ", "ไทย", "नमस्ते", "ক্ষ", "עברית", "العربية", "ـ", "Ελλάδα", "ΐ", "русский", "й", "Ёлка", "ქართული",
  "🙂", "👩‍🚀", "👍🏽", "🇩🇪", "❤️", "𝒜", "𝟙", "\u{1F150}", "Ⓐ", "\ue000", "\ufffd", "\u0378", "\u{e0001}",
  "▁", "▁the", "Ġ", "Ċ", "</w>", "##ing", "<s>", "</s>", "<unk>", "[UNK]", "[MASK]", "<mask>", "<x>", "[X]", "<0x41>", "http://a.b/c?d=e", "a@b.co", "x=1;", "\\n", "%20"];

/// A generator of numbers in [0, 1) (mulberry32), the same everywhere.
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const next = random(21);
const texts = [""];
while (texts.length < 300) {
  let text = "";
  for (let n = 1 + Math.floor(next() * 5); n > 0; --n) {
    text += atoms[Math.floor(next() * atoms.length)];
    if (next() < 0.25) text += " ";
  }
  texts.push(text);
}
console.log("[\n" + texts.map((text) => JSON.stringify(text)).join(",\n") + "\n]");
