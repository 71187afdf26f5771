#include "text/sentencepiece_model.h"

#include "platform/error.h"
#include "text/utf8.h"
#include "text/wire_format.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace gf {

namespace {

using Piece = SentencePieceModel::Piece;
using WireKind = WireField::Kind;

Piece read_piece(std::string_view message, const std::string& where) {
    Piece piece;
    WireReader reader(message, where);
    const auto refuse = [&](const char* expected, const std::string& found) {
        throw Error({where, expected, found, "the file is damaged, or no SentencePiece model"});
    };
    for (WireField f; reader.next(f);) {
        if (f.number == 1 && f.kind == WireKind::bytes) piece.name = f.bytes;
        if (f.number == 2 && f.kind == WireKind::fixed32) piece.score = f.real;
        if (f.number != 3 || f.kind != WireKind::integer) continue;
        if (f.value < 1 || f.value > 6) refuse("a type from 1 to 6", std::to_string(f.value));
        piece.type = static_cast<SentencePieceModel::PieceType>(f.value);
    }
    if (piece.name.empty() || !is_valid_utf8(piece.name))
        refuse("a text in UTF-8", "'" + escape_invalid_utf8(piece.name) + "'");
    if (!(std::abs(piece.score) < 1e30F)) refuse("a finite score", fmt::format("{}", piece.score));
    return piece;
}

void read_trainer_spec(std::string_view message, const std::string& where, SentencePieceModel& out) {
    WireReader reader(message, where);
    for (WireField f; reader.next(f);) {
        if (f.kind != WireKind::integer) continue;
        const auto id = [&] { return static_cast<int>(static_cast<std::int64_t>(f.value)); };
        switch (f.number) {
        case 3:
            if (f.value < 1 || f.value > 4)
                throw Error({where + ": model_type", "1 (unigram) to 4 (char)", std::to_string(f.value),
                             "the file is damaged"});
            out.kind = static_cast<SentencePieceModel::Kind>(f.value);
            break;
        case 24: out.space_is_suffix = f.value != 0; break;
        case 35: out.byte_fallback = f.value != 0; break;
        case 41: out.bos_id = id(); break;
        case 42: out.eos_id = id(); break;
        default: break; // how it was trained
        }
    }
}

void read_normalizer_spec(std::string_view message, const std::string& where, SentencePieceModel& out) {
    WireReader reader(message, where);
    for (WireField f; reader.next(f);) {
        if (f.number == 2 && f.kind == WireKind::bytes) out.charsmap = f.bytes;
        if (f.kind != WireKind::integer) continue;
        switch (f.number) {
        case 3: out.add_dummy_prefix = f.value != 0; break;
        case 4: out.remove_extra_whitespaces = f.value != 0; break;
        case 5: out.escape_whitespaces = f.value != 0; break;
        default: break;
        }
    }
}

} // namespace

SentencePieceModel parse_sentencepiece_model(std::string_view bytes, const std::string& where) {
    SentencePieceModel model;
    WireReader reader(bytes, where);
    for (WireField f; reader.next(f);) {
        if (f.kind != WireKind::bytes) continue;
        if (f.number == 1)
            model.pieces.push_back(
                read_piece(f.bytes, fmt::format("{}: piece {}", where, model.pieces.size())));
        if (f.number == 2) read_trainer_spec(f.bytes, where + ": trainer_spec", model);
        if (f.number == 3) read_normalizer_spec(f.bytes, where + ": normalizer_spec", model);
    }
    if (model.pieces.empty())
        throw Error({where, "pieces", "none", "the file is damaged, or no SentencePiece model"});
    const int n_pieces = static_cast<int>(model.pieces.size());
    for (int* id : {&model.bos_id, &model.eos_id})
        if (*id < 0 || *id >= n_pieces ||
            model.pieces[std::size_t(*id)].type != SentencePieceModel::PieceType::control)
            *id = -1;
    return model;
}

} // namespace gf
