#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <variant>

#include "engine/base/result.hpp"

namespace stepwell::items {

/// Unpacks compressed data that comes in pieces. Errors are States.ItemReaderFailed.
class Unpacker {
public:
    using Keep = std::function<Evaluated<std::monostate>(std::string_view bytes)>;

    virtual ~Unpacker() = default;
    /// Hands all that can be unpacked with these bytes to `keep`, piece by piece.
    virtual Evaluated<std::monostate> add(std::string_view bytes, const Keep& keep) = 0;
    /// Whether what was added is whole.
    virtual bool complete() const = 0;
};

/// Several members one after the other are one text: RFC 1952, section 2.2.
std::unique_ptr<Unpacker> gzip_unpacker();
/// Several frames one after the other are one text: RFC 8878, section 3. A frame that needs more
/// than 128 MiB of memory (`zstd --long=31`) is refused.
std::unique_ptr<Unpacker> zstd_unpacker();

}  // namespace stepwell::items
