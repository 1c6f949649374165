#pragma once

#include <span>
#include <string_view>

/// The optimized integrations of Step Functions, and how each may be called.
/// Developer Guide, "Integrating optimized services with Step Functions", and each service's page.
namespace stepwell::asl {

/// How an action may be called, beside request-response.
enum Ways : unsigned { kCall = 0, kSync = 1, kToken = 2, kSync2 = 4 };

struct Integration {
    std::string_view service;
    std::string_view action;
    unsigned ways;  ///< of Ways
};

/// By service and action.
std::span<const Integration> integrations();

}  // namespace stepwell::asl
