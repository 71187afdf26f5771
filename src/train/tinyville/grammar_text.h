#pragma once
// The text of Tinyville's grammar, in the notation that grammar.h explains. Only grammar.cpp reads it.

namespace gf::tinyville {

extern const char* const k_grammar_pieces; // what the stories share
extern const char* const k_grammar_stories_lost_to_learn;
extern const char* const k_grammar_stories_storm_to_fishing;
extern const char* const k_grammar_scenes; // short texts, each for a phenomenon

} // namespace gf::tinyville
