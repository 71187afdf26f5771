#pragma once
// Reading a config.json key by key, so that no key is left unread: one that nobody knows may change the
// mathematics.

#include "io/json.h"

#include <set>
#include <span>

namespace gf {

class ConfigKeys {
  public:
    ConfigKeys(const nlohmann::json& object, std::string where) : object_(object), where_(std::move(where)) {}
    const std::string& where() const { return where_; }
    /// The largest size that is read at all: above any that validate() lets pass, and four times it is still
    /// an int.
    static constexpr int k_most = 1 << 28;

    // Each throws Error naming the key if the value has another type or makes no sense. Where there is a
    // fallback, absent and null give it.
    bool contains(const std::string& key); ///< present, even if null
    bool has(const std::string& key);      ///< present and not null
    int size(const std::string& key);      ///< 1 to k_most
    int size_or(const std::string& key, int fallback);
    int count_or(const std::string& key, int fallback); ///< 0 or more
    double number_or(const std::string& key, double fallback);
    bool flag_or(const std::string& key, bool fallback);
    std::string word_or(const std::string& key, const std::string& fallback);
    /// A token id below d_vocab, or the first of a list of them; null gives -1, absent gives the fallback if
    /// the vocabulary has it.
    int token_id(const std::string& key, int fallback, int d_vocab);
    /// An object, null if absent or null.
    const nlohmann::json& group(const std::string& key);

    /// The one value with which the key leaves the mathematics as they are; throws Error for any other.
    void only(const std::string& key, const nlohmann::json& neutral, const std::string& reason);

    /// Throws Error if a key has not been read and is not among the harmless ones.
    void finish(std::span<const std::string_view> harmless);

  private:
    const std::string& note(const std::string& key) { return *read_.insert(key).first; } ///< marks it as read

    const nlohmann::json& object_;
    std::string where_;
    std::set<std::string> read_;
};

} // namespace gf
