#pragma once
// Reads a config.json key by key and remembers which keys were read, so that none is skipped unseen: a key
// that nobody knows may change the mathematics. Used by the architectures' `read` functions
// (io/architecture_*.cpp).

#include "io/json.h"

#include <set>
#include <span>

namespace gf {

class ConfigKeys {
  public:
    /// `where` names the file in messages. `object` must live as long as the ConfigKeys.
    ConfigKeys(const nlohmann::json& object, std::string where) : object_(object), where_(std::move(where)) {}
    const std::string& where() const { return where_; }
    /// The largest size that is read at all. It is above any that
    /// validate() accepts, and four times it still fits an int.
    static constexpr int k_max_size = 1 << 28;

    bool contains(const std::string& key); ///< present, even if null
    bool has(const std::string& key);      ///< present and not null

    // Each getter below throws Error naming the key if the value has another type or makes no sense. Where a
    // fallback is given, an absent key and null both give it.
    int size(const std::string& key); ///< 1 to k_max_size; the key must be present
    int size_or(const std::string& key, int fallback);
    int count_or(const std::string& key, int fallback); ///< 0 or more
    double number_or(const std::string& key, double fallback);
    bool flag_or(const std::string& key, bool fallback);
    /// An array of numbers; empty if the key is absent or null.
    std::vector<double> numbers_or_none(const std::string& key);
    std::string word_or(const std::string& key, const std::string& fallback);
    /// A token id below d_vocab, of a list the first such one; -1, with a notice, if there is none. Null
    /// gives -1; an absent key gives the fallback if the vocabulary has that id, else -1.
    int token_id(const std::string& key, int fallback, int d_vocab);
    /// The array under `key`, which must be present.
    const nlohmann::json& array(const std::string& key);
    /// The object under `key`; a null value if the key is absent or null.
    const nlohmann::json& object_or_null(const std::string& key);

    /// @throws Error unless the key is absent or has the value `neutral`, with which it leaves the
    /// mathematics as they are. Null counts as absent, except where `neutral` is true.
    void require_neutral(const std::string& key, const nlohmann::json& neutral, const std::string& reason);

    /// @throws Error if a key was never read
    void refuse_unread() const;
    /// Judges the keys that were never read by the table of known keys. Of the others, those whose names and
    /// values make it likely that they change the mathematics are refused; one notice lists the rest.
    /// @throws Error that names the key
    void judge_unread();

    /// What a person should know of the file, in whole lines.
    const std::vector<std::string>& notices() const { return notices_; }
    void note(const std::string& text) { notices_.push_back(where_ + ": " + text); }
    /// Those of an object inside of this one.
    void add_notices(const ConfigKeys& inner) {
        notices_.insert(notices_.end(), inner.notices_.begin(), inner.notices_.end());
    }

  private:
    /// Remembers that the key was read, and returns it.
    const std::string& mark_read(const std::string& key) { return *read_.insert(key).first; }

    const nlohmann::json& object_;
    std::string where_;
    std::set<std::string> read_;
    std::vector<std::string> notices_;
};

} // namespace gf
