#include "session/watch_desk.h"

#include "platform/error.h"

#include <algorithm>
#include <cmath>

namespace gf {
namespace {

std::string reached_by(const Expression& e, const RunView& run, int t) {
    if (e.holds(run, t)) return e.text() + " (" + e.values(run, t) + ")";
    const std::string why = std::isnan(e.at(run, t)) ? e.missing(run) : "";
    return why.empty() ? "" : e.text() + " cannot be read: " + why;
}

} // namespace

void WatchDesk::set(const std::string& text, bool stops, const ModelConfig& config) {
    Watch watch{text, stops, stops ? Expression::condition(text, config) : Expression(text, config)};
    auto list = std::make_shared<Watches>(*watches_);
    const auto old = std::find_if(list->begin(), list->end(), [&](const Watch& w) { return w.text == text; });
    if (old == list->end())
        list->push_back(std::move(watch));
    else
        *old = std::move(watch);
    watches_ = std::move(list);
}

void WatchDesk::remove(const std::string& text) {
    auto list = std::make_shared<Watches>(*watches_);
    if (std::erase_if(*list, [&](const Watch& w) { return w.text == text; }) == 0)
        throw Error({"unwatch", "the text of a watch", "'" + text + "'", ""});
    watches_ = std::move(list);
}

void WatchDesk::run_until(const std::string& text, const ModelConfig& config) {
    until_ = Expression::condition(text, config);
}

void WatchDesk::follow(const std::shared_ptr<const Weights>& weights) {
    if (weights_.lock() == weights) return;
    weights_ = weights;
    until_.reset();
    auto list = std::make_shared<Watches>(*watches_);
    for (Watch& watch : *list) {
        watch.expression.reset();
        watch.problem.clear();
        try {
            watch.expression = Expression(watch.text, weights->config);
        } catch (const Error& e) {
            watch.problem = e.what();
        }
    }
    watches_ = std::move(list);
}

bool WatchDesk::may_stop() const {
    return until_ || std::any_of(watches_->begin(), watches_->end(),
                                 [](const Watch& w) { return w.stops && w.expression; });
}

std::string WatchDesk::reached(const RunView& run, int t) const {
    if (until_)
        if (std::string words = reached_by(*until_, run, t); !words.empty()) return words;
    for (const Watch& watch : *watches_)
        if (watch.stops && watch.expression)
            if (std::string words = reached_by(*watch.expression, run, t); !words.empty()) return words;
    return {};
}

} // namespace gf
