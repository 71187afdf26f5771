#pragma once
// Reads the notation of the grammar (grammar.h). Used by the constructor of Grammar only.

#include "train/tinyville/grammar.h"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gf::tinyville {

/// Recursive descent over the notation. Pieces are expanded where they are used.
class GrammarReader {
  public:
    /// Adds to this grammar's words and kinds.
    explicit GrammarReader(Grammar& grammar) : grammar_(grammar) {}

    /// @throws Error that names the definition and what is wrong with it.
    void read(std::string_view text);

  private:
    struct Piece {
        std::string parameters; ///< one letter each
        std::string body;
    };
    using Bindings = std::map<char, char>; ///< a piece's parameter -> the document's role

    /// A text of the notation and how far it is read.
    struct Source {
        std::string_view text;
        const Bindings& bindings;
        const std::string& name; ///< for messages: the document or the piece
        std::size_t at = 0;

        bool at_end() const { return at >= text.size(); }
        char next() const { return at_end() ? '\0' : text[at]; }
        std::string_view rest() const { return text.substr(at); }
    };

    void keep_definition(const std::string& block);
    void keep_piece(const std::string& block);
    void read_document(const std::string& head, const std::string& body);
    void read_head(const std::string& head, ProseKind& kind);
    void add_role(ProseKind& kind, char letter, const std::string& type);

    GrammarNode read_body(std::string_view body, const Bindings& bindings, const std::string& name);
    GrammarNode read_sequence(Source& source);
    void read_item(Source& source, std::vector<GrammarNode>& out);
    GrammarNode read_choice(Source& source);
    void read_slot(const std::string& inside, const Source& source, std::vector<GrammarNode>& out);
    void read_words(Source& source, std::vector<GrammarNode>& out);
    static char bound_role(char letter, const Source& source);
    GrammarNode expand_piece(const std::string& call, const Source& source);
    GrammarNode event_node(std::string_view event, const Source& source);
    GrammarNode column_node(int register_index, const std::string& column, const Source& source);
    GrammarNode form_node(int register_index, const std::string& form, const Source& source);
    GrammarNode word_node(const std::string& word);

    Grammar& grammar_;
    std::map<std::string, Piece> pieces_;
    std::vector<std::pair<std::string, std::string>> documents_; ///< head and body; read last
    const ProseKind* kind_ = nullptr;                            ///< the one that is being read
    int wording_depth_ = 0;                                      ///< in how many (wordings) the reader is
};

} // namespace gf::tinyville
