#pragma once
// The words of Tinyville as text. Only lexicon.cpp reads it.
//
// The first line of a table is
//
//   table NAME|HOW A MESSAGE SPEAKS OF AN ENTRY|DISTINCT|COLUMN|COLUMN ...
//
// DISTINCT says whether two roles of a document may share an entry: "distinct" never, "varied" in a text that
// is judged but not in one that is written, "free" always. Each further line is an entry: one form per
// column, then f or m (a name's gender) or s or p (any other word's number), then tags. The tag "sense:x"
// names the sense of a word that has two.

namespace gf::tinyville {

extern const char* const k_lexicon_text;

} // namespace gf::tinyville
