#include "text/tok_bin.h"

#include "text/helpers.h"

#include <cstring>
#include <limits>
#include <map>
#include <span>

namespace gf::tok_bin_test {
namespace {

using namespace tests;

/// One token of a tok.bin.
struct Entry {
    float score;
    std::string name;
};

std::vector<Entry> read_entries(const std::string& bytes) {
    std::vector<Entry> entries;
    for (std::size_t at = 4; at < bytes.size();) {
        float score = 0;
        std::int32_t length = 0;
        std::memcpy(&score, &bytes[at], 4);
        std::memcpy(&length, &bytes[at + 4], 4);
        entries.push_back({score, bytes.substr(at + 8, std::size_t(length))});
        at += 8 + std::size_t(length);
    }
    return entries;
}

/// run.c's algorithm in its plainest form, which takes quadratic time: looks at all pairs, merges the best,
/// and starts again.
Ids plain_encode(const std::vector<Entry>& entries, const std::string& text) {
    std::map<std::string, int> ids_by_name;
    for (std::size_t i = 0; i < entries.size(); ++i) ids_by_name.emplace(entries[i].name, int(i));
    const auto lookup = [&](const std::string& name) {
        const auto it = ids_by_name.find(name);
        return it == ids_by_name.end() ? -1 : it->second;
    };
    Ids ids = {1};
    if (!text.empty()) ids.push_back(lookup(" "));
    std::string character;
    for (std::size_t i = 0; i < text.size(); ++i) {
        character += text[i];
        const bool is_continued = i + 1 < text.size() && (text[i + 1] & 0xC0) == 0x80 && character.size() < 4;
        if (is_continued) continue;
        if (const int id = lookup(character); id >= 0)
            ids.push_back(id);
        else
            for (const char c : character) ids.push_back(3 + static_cast<unsigned char>(c));
        character.clear();
    }
    for (;;) {
        float best_score = -1e10f;
        std::size_t best = 0;
        int best_id = -1;
        for (std::size_t i = 0; i + 1 < ids.size(); ++i) {
            const int id = lookup(entries[std::size_t(ids[i])].name + entries[std::size_t(ids[i + 1])].name);
            if (id < 0 || entries[std::size_t(id)].score <= best_score) continue;
            best_score = entries[std::size_t(id)].score;
            best = i;
            best_id = id;
        }
        if (best_id < 0) return ids;
        ids[best] = best_id;
        ids.erase(ids.begin() + std::ptrdiff_t(best) + 1);
    }
}

/// A text of the vocabulary's words, random characters and broken bytes, so that many merges and ties occur.
std::string random_text(Random& random, const std::vector<Entry>& entries) {
    if (random_below(random, 4) == 0) return random_bytes(random, 40);
    std::string text;
    for (std::size_t n = random_below(random, 20); n > 0; --n) {
        const std::size_t first = random_below(random, 12) == 0 ? 3 : 259;
        text += entries[first + random_below(random, entries.size() - first)].name;
        if (random_below(random, 10) == 0) text += random_bytes(random, 3);
    }
    return text;
}

class Tok512 : public ::testing::Test {
  protected:
    void SetUp() override {
        if (!std::filesystem::exists(tok512_path())) GTEST_SKIP() << tok512_path() << " is missing";
        bytes_ = file_bytes(tok512_path());
        entries_ = read_entries(bytes_);
        tokenizer_ = parse_tok_bin(bytes_, "tok512.bin", 512);
    }
    std::string bytes_;
    std::vector<Entry> entries_;
    std::shared_ptr<const Tokenizer> tokenizer_;
};

TEST_F(Tok512, KnownEncodings) {
    EXPECT_EQ(tokenizer_->size(), 512);
    EXPECT_EQ(tokenizer_->encode(""), Ids({1}));
    EXPECT_EQ(tokenizer_->encode("", false), Ids());
    EXPECT_EQ(tokenizer_->encode("Once upon a time"), Ids({1, 403, 407, 261, 378}));
    EXPECT_EQ(tokenizer_->encode("\xF0\x9F\x98\x80", false),
              Ids({tokenizer_->encode(" ", false).front(), 3 + 0xF0, 3 + 0x9F, 3 + 0x98, 3 + 0x80}));
    EXPECT_EQ(tokenizer_->encode(std::string(1, '\0')).back(), 3);
}

TEST_F(Tok512, TokensAndTheirText) {
    EXPECT_EQ(tokenizer_->bos_id(), 1);
    EXPECT_EQ(tokenizer_->eos_id(), 2);
    EXPECT_EQ(tokenizer_->display_text(1), "<s>");
    EXPECT_EQ(tokenizer_->kind(1), TokenKind::special);
    EXPECT_EQ(tokenizer_->token_bytes(1), "");
    EXPECT_EQ(tokenizer_->token_bytes(3 + 0xE2), "\xE2");
    EXPECT_EQ(tokenizer_->display_text(3 + 0xE2), "<0xE2>");
    EXPECT_EQ(tokenizer_->kind(3 + 0xE2), TokenKind::byte);
    EXPECT_EQ(tokenizer_->token_bytes(261), " a");
    EXPECT_EQ(tokenizer_->next_bytes({}, 261), " a"); // only BOS hides the space
    EXPECT_EQ(tokenizer_->next_bytes(Ids({1}), 261), "a");
    EXPECT_EQ(tokenizer_->next_bytes(Ids({261}), 261), " a");
    for (const int id : {-1, 512, 1 << 30})
        expect_error([&] { tokenizer_->decode(Ids({1, id})); }, {"tok512.bin", "[0, 512)"});
    expect_error([&] { tokenizer_->token_bytes(-5); }, {"-5"});
}

TEST_F(Tok512, EncodesAsThePlainAlgorithm) {
    Random random(1);
    for (int i = 0; i < 4000; ++i) {
        const std::string text = random_text(random, entries_);
        ASSERT_EQ(tokenizer_->encode(text), plain_encode(entries_, text)) << i;
    }
}

/// Random scores, many of them equal or too low to merge at all, let ties and order decide.
TEST_F(Tok512, EncodesAsThePlainAlgorithmWithOtherScores) {
    Random random(2);
    for (int round = 0; round < 40; ++round) {
        std::vector<Entry> entries = entries_;
        std::string bytes = bytes_.substr(0, 4);
        for (Entry& e : entries) {
            const float scores[] = {0.0f, -1.0f, 2.5f, -float(random_below(random, 50)), -1e10f, -3e38f};
            e.score = random_item(random, scores);
            const std::int32_t length = std::int32_t(e.name.size());
            bytes.append(reinterpret_cast<const char*>(&e.score), 4)
                .append(reinterpret_cast<const char*>(&length), 4) += e.name;
        }
        const auto tokenizer = parse_tok_bin(bytes, "scores.bin");
        for (int i = 0; i < 50; ++i) {
            const std::string text = random_text(random, entries);
            ASSERT_EQ(tokenizer->encode(text), plain_encode(entries, text)) << round << " " << i;
        }
    }
}

TEST_F(Tok512, DecodesWhatItEncoded) {
    Random random(3);
    for (int i = 0; i < 3000; ++i) {
        const std::string text = i % 2 ? random_bytes(random, 60) : random_text(random, entries_);
        const Ids ids = tokenizer_->encode(text);
        ASSERT_EQ(tokenizer_->decode(ids), text) << i;

        std::string steps;
        for (std::size_t k = 1; k < ids.size(); ++k)
            steps += tokenizer_->next_bytes(std::span(ids).first(k), ids[k]);
        ASSERT_EQ(steps, text) << i;
    }
}

TEST_F(Tok512, LongTextsTakeNoQuadraticTime) {
    std::string text;
    for (int i = 0; i < 20'000; ++i) text += "the little girl ";
    const Ids ids = tokenizer_->encode(text); // 320 KB, which would take the plain algorithm hours
    EXPECT_EQ(tokenizer_->decode(ids), text);
}

TEST_F(Tok512, BadFilesAreNamed) {
    const auto parse = [](const std::string& bytes, std::optional<int> size = {}) {
        parse_tok_bin(bytes, "t.bin", size);
    };
    const auto bytes_with = [&](std::size_t at, auto value) {
        std::string bytes = bytes_;
        std::memcpy(&bytes[at], &value, sizeof value);
        return bytes;
    };
    expect_error([&] { parse(""); }, {"t.bin", "truncated"});
    expect_error([&] { parse("abc"); }, {"t.bin", "truncated"});
    expect_error([&] { parse(bytes_.substr(0, 4)); }, {"t.bin", "at least 259 tokens", "found 0"});
    expect_error([&] { parse(bytes_.substr(0, 2000)); }, {"t.bin", "found"});
    expect_error([&] { parse(bytes_.substr(0, bytes_.size() - 1)); }, {"t.bin: token 511", "truncated"});
    expect_error([&] { parse(bytes_ + "x"); }, {"t.bin: token 512", "truncated"});
    expect_error([&] { parse(bytes_, 32000); }, {"32000 tokens", "found 512", "belongs to the model"});
    expect_error([&] { parse(bytes_, -1); }, {"-1 tokens", "found 512"});
    for (const std::int32_t absurd : {0, -1, 1 << 30, std::numeric_limits<std::int32_t>::min()}) {
        expect_error([&] { parse(bytes_with(0, absurd)); },
                     {"t.bin: max_token_length", std::to_string(absurd)});
        expect_error([&] { parse(bytes_with(8, absurd)); },
                     {"t.bin: token 0, length", std::to_string(absurd)});
    }
    expect_error([&] { parse(bytes_with(0, std::int32_t(6))); }, {", length", "1 to 6 (max_token_length)"});
    expect_error([&] { parse(bytes_with(4, std::numeric_limits<float>::quiet_NaN())); },
                 {"t.bin: token 0, score", "nan"});
    expect_error([&] { parse(bytes_with(4, std::numeric_limits<float>::infinity())); },
                 {"t.bin: token 0, score", "inf"});

    std::string bytes = bytes_;
    bytes.replace(bytes.find("<0x41>"), 6, "<0x42>");
    expect_error([&] { parse(bytes); }, {"t.bin: token 68", "<0x41>", "found <0x42>"});
    bytes = bytes_;
    bytes.replace(bytes.find(" the"), 4, " and");
    expect_error([&] { parse(bytes); }, {"t.bin: token", "that no token before has", "' and'"});
    expect_error([&] { parse(std::string(100, '{')); }, {"t.bin"});
}

} // namespace
} // namespace gf::tok_bin_test
