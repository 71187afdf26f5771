#pragma once
// The newest message to the person, and what makes it true, so that it goes when it no longer is. The Engine
// has one for the session and the Workbench one for the window.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace gf {

struct Snapshot;

class NoticeDesk {
  public:
    /// Tells whether something still holds.
    using Condition = std::function<bool()>;
    static bool always() { return true; }

    /// Shows a message until `holds` is false.
    void note(std::string text, Condition holds);
    /// Shows an error until `holds` is false, or until what failed succeeds. `cause` is the name of a
    /// command, or another word; it must outlive the desk.
    void refuse(std::string text, std::string_view cause, Condition holds);
    /// As refuse(), for a prompt that could be cut to fit.
    void refuse_prompt(std::string text, std::string_view cause, std::string prompt, Condition holds);
    static constexpr std::string_view k_work = "work"; ///< slices of work, as the cause of an error

    /// An error of this cause is over.
    void succeed(std::string_view cause);
    void clear();
    /// Drops a message that is no longer true.
    void update();
    /// Does the same, and fills in what the snapshot says of messages.
    void publish(Snapshot& out);

    const std::string& text() const { return text_; } ///< empty: none
    /// Grows with every message.
    std::uint64_t number() const { return number_; }

  private:
    std::string text_, refused_prompt_;
    std::string_view cause_; ///< of an error; empty: the message is none
    bool can_truncate_ = false;
    Condition holds_;
    std::uint64_t number_ = 0;
};

} // namespace gf
