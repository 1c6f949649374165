#pragma once

#include <string>
#include <string_view>

#include "api/errors.hpp"
#include "engine/base/time.hpp"
#include "engine/store.hpp"

namespace stepwell::api {

/// `nextToken`: opaque to callers, signed under the store's key, good for 24 hours and for the same
/// question only. API Reference, ListExecutions, `nextToken`. Reads the store: for reader threads.
class PageTokens {
public:
    /// Both must outlive it.
    PageTokens(const Store& store, const Clock& clock) : store_(store), clock_(clock) {}

    /// `question` is what must stay unchanged from page to page, `position` where the next page
    /// begins.
    std::string issue(std::string_view question, std::string_view position) const;
    /// The position; InvalidToken where the token is forged, expired, or the answer to another
    /// question.
    Checked<std::string> read(std::string_view question, std::string_view token) const;

private:
    const Store& store_;
    const Clock& clock_;
};

}  // namespace stepwell::api
