#include "engine/runtime/closing_watch.hpp"

namespace stepwell {

ClosingWatch::Watch ClosingWatch::add(const std::string& execution_arn,
                                      std::function<void()> closed) {
    const std::lock_guard lock(mutex_);
    Watch watch{execution_arn, ++last_};
    watches_.emplace(watch, std::move(closed));
    count_ = watches_.size();
    return watch;
}

void ClosingWatch::remove(const Watch& watch) {
    std::function<void()> dropped;
    const std::lock_guard lock(mutex_);
    const auto found = watches_.find(watch);
    if (found == watches_.end()) return;
    dropped = std::move(found->second);
    watches_.erase(found);
    count_ = watches_.size();
}

void ClosingWatch::closed(const std::string& execution_arn) {
    if (count_ == 0) return;
    std::vector<std::function<void()>> told;
    {
        const std::lock_guard lock(mutex_);
        for (auto at = watches_.lower_bound({execution_arn, 0});
             at != watches_.end() && at->first.first == execution_arn;) {
            told.push_back(std::move(at->second));
            at = watches_.erase(at);
        }
        count_ = watches_.size();
    }
    for (const auto& tell : told) tell();
}

void ClosingWatch::some_closed() {
    std::map<Watch, std::function<void()>> told;
    {
        const std::lock_guard lock(mutex_);
        told.swap(watches_);
        count_ = 0;
    }
    for (const auto& [watch, tell] : told) tell();
}

}  // namespace stepwell
