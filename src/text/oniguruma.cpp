#include "text/oniguruma.h"

#include "platform/error.h"
#include "text/unicode_properties.h"
#include "text/utf8.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <utility>
#include <vector>

namespace gf {

namespace {

constexpr std::string_view k_any = "(?s:.)"; // any character

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A character as it may stand anywhere in an expression.
std::string literal(char32_t c) {
    const bool is_plain = c >= 0x80 || is_digit(char(c)) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    std::string text;
    if (is_plain)
        append_utf8(text, c);
    else
        text = fmt::format("\\x{{{:X}}}", static_cast<std::uint32_t>(c));
    return text;
}

class OnigurumaTranslator {
  public:
    OnigurumaTranslator(std::string_view pattern, const std::string& where)
        : pattern_(pattern), where_(where) {}

    std::string translate() {
        while (at_ < pattern_.size()) {
            if (follows("("))
                open_group();
            else if (follows(")"))
                close_group();
            else if (is_at_quantifier())
                add_quantifier();
            else if (take("[")) {
                begin_atom();
                result_ += translate_class();
            } else if (take("\\")) {
                begin_atom();
                translate_escape();
            } else if (follows("|")) {
                begin_atom();
                result_ += pattern_[at_++];
            } else {
                begin_atom();
                result_ += follows(".") || follows("^") || follows("$") ? std::string(1, pattern_[at_++])
                                                                        : literal_character();
            }
        }
        result_.append(open_flags_, ')');
        return std::move(result_);
    }

  private:
    struct Group {
        std::size_t begin;      ///< in result_
        std::size_t open_flags; ///< of the group around it
    };

    /// A set of characters, as a part of [ ] and as expressions for one character each.
    struct CharSet {
        std::string inside;
        std::vector<std::string> others;

        /// An expression for one character of the set.
        std::string expression() const {
            std::string text = inside.empty() && !others.empty() ? "" : "[" + inside + "]";
            for (const std::string& other : others) text += (text.empty() ? "" : "|") + other;
            return others.empty() ? text : "(?:" + text + ")";
        }
        std::string complement() const {
            return others.empty() ? "[^" + inside + "]" : fmt::format("(?:(?!{}){})", expression(), k_any);
        }
        /// Adds `part`, which may stand in [ ], or all characters but those.
        void add(const std::string& part, bool negated) {
            if (negated)
                others.push_back("[^" + part + "]");
            else
                inside += part;
        }
    };

    bool follows(std::string_view text) const { return pattern_.substr(at_).starts_with(text); }
    bool take(std::string_view text) {
        if (!follows(text)) return false;
        at_ += text.size();
        return true;
    }
    void begin_atom() { atom_ = result_.size(); }

    [[noreturn]] void refuse(std::string_view what) const {
        throw Error({where_, "a regular expression without '" + escape_invalid_utf8(what) + "'",
                     "'" + escape_invalid_utf8(pattern_) + "'",
                     "Glassformer does not support it: write it otherwise"});
    }

    char32_t take_character() {
        const CodePoint c = code_point_at(pattern_, at_);
        at_ += c.size;
        return c.value;
    }

    std::string literal_character() {
        if (follows("#") || follows(" "))
            return std::string(1, pattern_[at_++]); // they differ under the flag x
        return literal(take_character());
    }

    /// The number that the next `most` or fewer digits make.
    std::optional<char32_t> take_number(std::size_t most, int base) {
        std::uint32_t value = 0;
        const std::string_view digits = pattern_.substr(at_, most);
        const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
        if (end.ec != std::errc() || value > 0x10FFFF) return {};
        at_ += static_cast<std::size_t>(end.ptr - digits.data());
        return value;
    }

    /// The code point of an escape like \u00E9, after the backslash and `letter`; none if it is none of
    /// those.
    std::optional<char32_t> take_code_point(char letter) {
        constexpr std::string_view k_letters = "tnrfvae", k_values = "\t\n\r\f\v\a\x1B";
        if (const std::size_t i = k_letters.find(letter); i != k_letters.npos)
            return static_cast<char32_t>(k_values[i]);
        std::optional<char32_t> value;
        if (letter == 'u') {
            const std::size_t begin = at_;
            value = take_number(4, 16);
            if (at_ != begin + 4) value.reset();
        } else if (letter == 'x') {
            const bool has_braces = take("{");
            value = take_number(has_braces ? 8 : 2, 16);
            if (has_braces ? !take("}") : value && *value >= 0x80)
                value.reset(); // \xE9 is a byte, no character
        } else if (letter == '0') {
            value = is_at_octal() ? take_number(2, 8) : 0;
        } else {
            return {};
        }
        if (!value || (*value >= 0xD800 && *value < 0xE000)) refuse(fmt::format("\\{}", letter));
        return value;
    }

    bool is_at_octal() const { return at_ < pattern_.size() && pattern_[at_] >= '0' && pattern_[at_] <= '7'; }

    /// Adds what \d, \w, \p{L} and the like stand for, after the backslash and `letter`. Returns false for
    /// others.
    bool add_escaped_set(char letter, CharSet& set) {
        const bool is_upper = letter >= 'A' && letter <= 'Z';
        switch (letter) {
        case 'd':
        case 'D': set.add("\\p{Nd}", is_upper); return true;
        case 's':
        case 'S': set.add("\\p{White_Space}", is_upper); return true;
        case 'h':
        case 'H': set.add("0-9a-fA-F", is_upper); return true;
        case 'w':
        case 'W': set.add(std::string(k_word_characters), is_upper); return true;
        case 'p':
        case 'P': break;
        default: return false;
        }
        const std::size_t close = take("{") ? pattern_.find('}', at_) : pattern_.npos;
        if (close == pattern_.npos) refuse(fmt::format("\\{}", letter));
        bool negated = is_upper;
        if (take("^")) negated = !negated;
        const std::string_view name = pattern_.substr(at_, close - at_);
        const std::optional<std::string> property = unicode_property(name);
        if (!property) refuse(fmt::format("\\p{{{}}}", name));
        set.add(*property, negated);
        at_ = close + 1;
        return true;
    }

    /// An escape outside of [ ], after the backslash.
    void translate_escape() {
        if (at_ == pattern_.size()) refuse("\\");
        const char letter = pattern_[at_];
        if (static_cast<unsigned char>(letter) >= 0x80) {
            result_ += literal_character();
            return;
        }
        ++at_;
        CharSet set;
        if (letter == 'w' ||
            letter == 'W') { // outside of [ ], Oniguruma counts these digits and fractions, too
            set.add(std::string(k_word_characters) + "\\x{B2}\\x{B3}\\x{B9}\\x{BC}-\\x{BE}", false);
            result_ += letter == 'w' ? set.expression() : set.complement();
        } else if (letter == 'b' || letter == 'B') {
            const std::string word = std::string(k_word_characters) + "\\x{B2}\\x{B3}\\x{B9}\\x{BC}-\\x{BE}";
            const char *inside = letter == 'b' ? "!" : "=", *outside = letter == 'b' ? "=" : "!";
            result_ += fmt::format("(?:(?<=[{0}])(?{1}[{0}])|(?<![{0}])(?{2}[{0}]))", word, inside, outside);
        } else if (letter == 'O') {
            result_ += k_any;
        } else if (add_escaped_set(letter, set)) {
            result_ += set.inside.empty() ? set.others.front() : set.expression();
        } else if (const auto c = take_code_point(letter)) {
            result_ += literal(*c);
        } else if (std::string_view("AzZGRXKN").find(letter) != std::string_view::npos) {
            result_ += {'\\', letter};
        } else if (std::string_view("123456789kgcCMyY").find(letter) != std::string_view::npos) {
            refuse({&pattern_[at_ - 2], 2});
        } else {
            result_ += literal(static_cast<unsigned char>(letter));
        }
    }

    /// Characters between [ and ], after the [; an expression for one of them. `&&` cuts the set into parts,
    /// all of which must hold the character.
    std::string translate_class() {
        constexpr int k_deepest = 32;
        if (++depth_ > k_deepest) refuse("[ inside [ ]");
        const bool negated = take("^");
        std::vector<CharSet> parts(1);
        bool is_first = true;
        while (is_first || !follows("]")) {
            if (at_ == pattern_.size()) refuse("[ without ]");
            if (take("&&"))
                parts.emplace_back();
            else
                add_class_item(parts.back());
            is_first = false;
        }
        ++at_;
        --depth_;
        if (parts.size() == 1) return negated ? parts[0].complement() : parts[0].expression();
        std::string all;
        for (const CharSet& part : parts)
            all += part.inside.empty() && part.others.empty() ? "(?!)" : "(?=" + part.expression() + ")";
        return negated ? fmt::format("(?:(?!{}){})", all, k_any) : fmt::format("(?:{}{})", all, k_any);
    }

    /// One character, range, or set between [ and ].
    void add_class_item(CharSet& set) {
        if (follows("[:") && pattern_.find(":]", at_) != pattern_.npos) {
            at_ += 2;
            const bool negated = take("^");
            const std::size_t end = pattern_.find(":]", at_);
            const std::string_view name = pattern_.substr(at_, end - at_);
            const std::optional<std::string> property = posix_property(name);
            if (!property) refuse(fmt::format("[:{}:]", name));
            set.add(*property, negated);
            at_ = end + 2;
        } else if (take("[")) {
            set.others.push_back(translate_class());
        } else {
            add_class_range(set);
            return;
        }
        escape_hyphen(set);
    }

    /// A hyphen after a set stands for itself.
    void escape_hyphen(CharSet& set) {
        if (follows("-") && !follows("-]")) {
            ++at_;
            set.inside += "\\-";
        }
    }

    void add_class_range(CharSet& set) {
        const std::optional<char32_t> first = take_class_character(&set);
        if (!first) return escape_hyphen(set);
        set.inside += literal(*first);
        if (!follows("-") || follows("-]") || follows("-&&")) return;
        ++at_;
        if (follows("[")) refuse("- before [");
        set.inside += "-" + literal(*take_class_character(nullptr));
    }

    /// A character between [ and ]. Where an escape stands for a set, that is added to `set` and there is no
    /// character; without `set` it is refused.
    std::optional<char32_t> take_class_character(CharSet* set) {
        if (at_ == pattern_.size()) refuse("[ without ]");
        if (!take("\\")) return take_character();
        if (at_ == pattern_.size()) refuse("\\");
        const char32_t letter = take_character();
        if (letter >= 0x80) return letter;
        const char c = static_cast<char>(letter);
        if (c == 'b') return U'\b';
        if (std::string_view("RXcCM123456789").find(c) != std::string_view::npos)
            refuse({&pattern_[at_ - 2], 2});
        CharSet none;
        if (add_escaped_set(c, set ? *set : none)) {
            if (!set) refuse("a set after -");
            return {};
        }
        if (const auto value = take_code_point(c)) return value;
        return letter;
    }

    void open_group() {
        begin_atom();
        if (follows("(*") || follows("(?~")) refuse(pattern_.substr(at_, 3));
        if (take("(?#")) {
            at_ = std::min(pattern_.find(')', at_), pattern_.size() - 1) + 1;
            return;
        }
        const std::size_t flags_end = std::min(pattern_.find_first_not_of("imx-", at_ + 2), pattern_.size());
        const bool has_flags = follows("(?") && flags_end > at_ + 2 && flags_end < pattern_.size() &&
                               (pattern_[flags_end] == ')' || pattern_[flags_end] == ':');
        if (has_flags) return open_flags(flags_end);
        groups_.push_back({result_.size(), std::exchange(open_flags_, 0)});
        for (const std::string_view head : {"(?:", "(?=", "(?!", "(?>", "(?<=", "(?<!", "(?<"}) {
            if (!take(head)) continue;
            result_ += head;
            return take_group_name(head);
        }
        if (follows("(?")) refuse(pattern_.substr(at_, 3));
        result_ += pattern_[at_++];
    }

    /// The name of a group, whose head ends with "<".
    void take_group_name(std::string_view head) {
        if (!head.ends_with('<')) return;
        const std::size_t end = std::min(pattern_.find('>', at_), pattern_.size() - 1) + 1;
        result_ += pattern_.substr(at_, end - at_);
        at_ = end;
    }

    /// (?i) or (?i:, whose flags end at `end`. Ruby's m is what PCRE2 calls s. Flags in front of a | hold for
    /// all of the alternatives that follow, as if these were in a group.
    void open_flags(std::size_t end) {
        std::string flags(pattern_.substr(at_, end - at_));
        std::replace(flags.begin() + 2, flags.end(), 'm', 's');
        result_ += flags + ":";
        at_ = end + 1;
        if (pattern_[end] == ':')
            groups_.push_back({atom_, std::exchange(open_flags_, 0)});
        else
            ++open_flags_;
    }

    void close_group() {
        ++at_;
        result_.append(open_flags_, ')');
        result_ += ')';
        if (groups_.empty()) return; // PCRE2 refuses it
        atom_ = groups_.back().begin;
        open_flags_ = groups_.back().open_flags;
        groups_.pop_back();
    }

    /// The bounds of {2}, {2,}, {,3} or {2,3} at the next character, which is the {; empty if it is none of
    /// those.
    std::string interval() const {
        const std::size_t close = pattern_.find('}', at_);
        if (close == pattern_.npos) return {};
        const std::string_view bounds = pattern_.substr(at_ + 1, close - at_ - 1);
        const std::size_t comma = bounds.find(',');
        const auto is_number = [](std::string_view s) {
            return !s.empty() && std::all_of(s.begin(), s.end(), is_digit);
        };
        if (comma == bounds.npos) return is_number(bounds) ? std::string(bounds) : std::string();
        const std::string_view low = bounds.substr(0, comma), high = bounds.substr(comma + 1);
        const bool is_valid =
            (is_number(low) && (high.empty() || is_number(high))) || (low.empty() && is_number(high));
        return is_valid ? (low.empty() ? "0" : std::string(low)) + "," + std::string(high) : std::string();
    }

    bool is_at_quantifier() const {
        return follows("*") || follows("+") || follows("?") || (follows("{") && !interval().empty());
    }

    /// A quantifier, with a ? that makes it lazy or a + that makes it possessive. A quantifier of what has
    /// one already gets a group; so does, after {2,3}, the +, which is no mark there, and after {2} also the
    /// ?.
    void add_quantifier() {
        if (has_quantifier_ == result_.size()) {
            result_.insert(atom_, "(?:");
            result_ += ')';
        }
        bool is_lazy = false;
        if (follows("{")) {
            const std::string bounds = interval();
            result_ += "{" + bounds + "}";
            at_ = pattern_.find('}', at_) + 1;
            is_lazy = bounds.find(',') != bounds.npos && follows("?");
        } else {
            result_ += pattern_[at_++];
            is_lazy = follows("?") || follows("+");
        }
        if (is_lazy) result_ += pattern_[at_++];
        has_quantifier_ = result_.size();
    }

    std::string_view pattern_;
    const std::string& where_;
    std::string result_;
    std::size_t at_ = 0;   // in pattern_
    std::size_t atom_ = 0; // in result_: where that begins which a quantifier would repeat
    std::size_t has_quantifier_ = std::string::npos; // the size of result_ after the last quantifier
    std::size_t open_flags_ =
        0; // groups in result_ that flags opened, to be closed with the group around them
    std::vector<Group> groups_; // that are open
    int depth_ = 0;             // of [ ] inside [ ]
};

} // namespace

std::string translate_oniguruma(std::string_view pattern, const std::string& where) {
    return OnigurumaTranslator(pattern, where).translate();
}

} // namespace gf
