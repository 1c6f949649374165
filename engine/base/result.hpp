#pragma once

#include <boost/system/result.hpp>
#include <stdexcept>
#include <string>
#include <utility>

namespace stepwell {

/// A value or the reason why there is none. Never thrown: see docs/style ("Three kinds of
/// failure").
template <class T, class E>
using Result = boost::system::result<T, E>;

/// A failure inside a workflow: data that Retry and Catch match on, recorded in the history.
/// The names are those of engine/base/state_errors.hpp or whatever a task reported.
struct StateError {
    std::string error;
    std::string cause;
    bool operator==(const StateError&) const = default;
};

template <class T>
using Evaluated = Result<T, StateError>;

/// Called by Result::value() on a Result that holds an error: our bug, so it throws.
[[noreturn]] inline void throw_exception_from_error(const StateError& error,
                                                    const boost::source_location&) {
    throw std::logic_error("unchecked StateError " + error.error + ": " + error.cause);
}

}  // namespace stepwell

/// The value of a Result, or a return of its error from the enclosing function.
/// For plain functions only: a coroutine writes `if (!result) co_return ...`.
#define TRY(expression)                                          \
    __extension__({                                              \
        auto try_result_ = (expression);                         \
        if (!try_result_) return std::move(try_result_).error(); \
        std::move(*try_result_);                                 \
    })
