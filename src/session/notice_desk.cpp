#include "session/notice_desk.h"

#include "session/snapshot.h"

#include <utility>

namespace gf {

void NoticeDesk::note(std::string text, Condition holds) { refuse(std::move(text), {}, std::move(holds)); }

void NoticeDesk::refuse(std::string text, std::string_view cause, Condition holds) {
    text_ = std::move(text);
    cause_ = cause;
    holds_ = std::move(holds);
    can_truncate_ = false;
    ++number_;
}

void NoticeDesk::refuse_prompt(std::string text, std::string_view cause, std::string prompt,
                               Condition holds) {
    refuse(std::move(text), cause, std::move(holds));
    refused_prompt_ = std::move(prompt);
    can_truncate_ = true;
}

void NoticeDesk::succeed(std::string_view cause) {
    if (!cause_.empty() && cause_ == cause) clear();
}

void NoticeDesk::clear() {
    text_.clear();
    cause_ = {};
    can_truncate_ = false;
}

void NoticeDesk::update() {
    if (!text_.empty() && !holds_()) clear();
}

void NoticeDesk::publish(Snapshot& out) {
    update();
    out.message = text_;
    out.message_is_error = !cause_.empty();
    out.can_truncate = can_truncate_;
    out.refused_prompt = refused_prompt_;
    out.message_number = number_;
}

} // namespace gf
