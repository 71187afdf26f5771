// Trains a tokenizer of characters, which is byte-pair encoding without merges.

#include "text/train/trainers.h"
#include "text/utf8.h"

namespace gf {

using nlohmann::json;

void train_characters(TokenizerTraining& training) {
    const bool byte_fallback = training.recipe.byte_fallback;
    if (byte_fallback) {
        training.room(256, "256 bytes");
        for (int b = 0; b < 256; ++b) training.vocab.push_back(byte_name(static_cast<unsigned char>(b)));
    }
    StringIdMap ids = training.vocab_ids();
    const std::size_t room = training.room(byte_fallback ? 0 : 1, "one character");
    for (const std::string& c : training.alphabet(training.min_frequency(), room))
        if (ids.add(c, static_cast<int>(training.vocab.size()))) training.vocab.push_back(c);

    for (CountedWord& w : training.words)
        for_each_char(w.piece, [&](std::string_view c) {
            if (const auto id = ids.find(c))
                w.ids.push_back(*id);
            else if (byte_fallback)
                for (const char byte : c)
                    w.ids.push_back(*ids.find(byte_name(static_cast<unsigned char>(byte))));
            else if (training.unknown_id >= 0)
                w.ids.push_back(training.unknown_id);
        });
    const json unknown_token = training.unknown_id >= 0
                                   ? json(training.vocab[static_cast<std::size_t>(training.unknown_id)])
                                   : json();
    training.model = training.bpe_json(unknown_token, byte_fallback, json::array());
}

} // namespace gf
