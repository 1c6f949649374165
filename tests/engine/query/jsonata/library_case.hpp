#pragma once

#include <gtest/gtest.h>

#include <string>

#include "engine/query/jsonata/expression.hpp"

namespace stepwell::jsonata {

/// A text, or `CODE: message` of the error in its place.
inline std::string outcome(const Result<std::string, Error>& result) {
    if (result) return *result;
    return result.error().code + ": " + result.error().message;
}

}  // namespace stepwell::jsonata
