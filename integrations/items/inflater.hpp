#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string_view>
#include <variant>

#include "engine/base/result.hpp"

namespace stepwell::items {

/// Inflates gzip data that comes in pieces; several members one after the other are one text (RFC
/// 1952, section 2.2). Errors are States.ItemReaderFailed.
class Inflater {
public:
    using Keep = std::function<Evaluated<std::monostate>(std::string_view bytes)>;

    Inflater();
    ~Inflater();
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    Evaluated<std::monostate> add(std::string_view bytes, const Keep& keep);
    /// Whether all that was added ended with the end of a member.
    bool complete() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace stepwell::items
