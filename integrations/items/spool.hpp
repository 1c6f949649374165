#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"
#include "integrations/items/folder_paths.hpp"
#include "integrations/items/text_source.hpp"

namespace stepwell::items {

/// A file without a name in the folder for temporary files (TMPDIR, or /tmp).
class Spool : public TextSource {
public:
    static Evaluated<std::unique_ptr<Spool>> create();

    Evaluated<std::monostate> append(std::string_view bytes);
    Evaluated<ObjectPart> part(std::uint64_t offset, std::size_t length) override;
    /// A path by which other processes of ours open it.
    std::string path() const;
    std::uint64_t size() const;

private:
    explicit Spool(Fd file) : file_(std::move(file)) {}
    Fd file_;
};

}  // namespace stepwell::items
