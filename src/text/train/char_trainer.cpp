// Characters: byte-pair encoding that merges nothing.

#include "text/byte_level.h"
#include "text/train/trainers.h"
#include "text/utf8.h"

namespace gf {

using nlohmann::json;

void train_characters(Training& t) {
    const bool fallback = t.recipe.byte_fallback;
    if (fallback) {
        t.room(256, "256 bytes");
        for (int b = 0; b < 256; ++b) t.vocab.push_back(byte_name(static_cast<unsigned char>(b)));
    }
    TokenIds ids;
    for (std::size_t id = 0; id < t.vocab.size(); ++id) ids.add(t.vocab[id], static_cast<int>(id));
    for (const std::string& c : t.alphabet(t.min_frequency(), t.room(fallback ? 0 : 1, "one character")))
        if (ids.add(c, static_cast<int>(t.vocab.size()))) t.vocab.push_back(c);

    for (TrainedWord& w : t.words)
        for (std::size_t at = 0, size = 0; at < w.piece.size(); at += size) {
            size = code_point_at(w.piece, at).size;
            const std::string_view c = std::string_view(w.piece).substr(at, size);
            if (const auto id = ids.find(c))
                w.ids.push_back(*id);
            else if (fallback)
                for (const char byte : c)
                    w.ids.push_back(*ids.find(byte_name(static_cast<unsigned char>(byte))));
            else if (t.unknown_id >= 0)
                w.ids.push_back(t.unknown_id);
        }
    t.model = {
        {"type", "BPE"},
        {"dropout", nullptr},
        {"unk_token", t.unknown_id >= 0 ? json(t.vocab[static_cast<std::size_t>(t.unknown_id)]) : json()},
        {"continuing_subword_prefix", nullptr},
        {"end_of_word_suffix", nullptr},
        {"fuse_unk", false},
        {"byte_fallback", fallback},
        {"ignore_merges", false},
        {"vocab", t.vocab_json()},
        {"merges", json::array()}};
}

} // namespace gf
