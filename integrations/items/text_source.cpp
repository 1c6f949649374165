#include "integrations/items/text_source.hpp"

#include <algorithm>
#include <utility>

#include "integrations/items/reader_config.hpp"
#include "integrations/items/spool.hpp"
#include "integrations/items/unpacker.hpp"

namespace stepwell::items {

namespace {

constexpr std::size_t kPieceBytes = std::size_t{1} << 20U;
// A first read, which small files and pages do not go beyond.
constexpr std::size_t kFirstBytes = std::size_t{128} << 10U;

StateError too_large(const ObjectName& name) {
    return reader_failed("The object " + name.uri() + " is larger than " +
                         std::to_string(kMaxSourceBytes) + " bytes.");
}

/// An object as it is.
class ObjectText : public TextSource {
public:
    ObjectText(const ObjectAccess& access, ObjectName name, std::string version)
        : store_(access.store),
          owner_(access.owner),
          name_(std::move(name)),
          version_(std::move(version)) {}

    Evaluated<ObjectPart> part(std::uint64_t offset, std::size_t length) override {
        auto part = store_.get(owner_, name_, offset, length);
        if (!part) return reader_failed(part.error().cause());
        if (part->object_size > kMaxSourceBytes) return too_large(name_);
        if (version_.empty()) version_ = part->version;
        if (part->version != version_) {
            return reader_failed("The object " + name_.uri() + " has changed while it was read.");
        }
        return std::move(*part);
    }

    const std::string& version() const { return version_; }

private:
    ObjectStore& store_;
    Owner owner_;
    ObjectName name_;
    std::string version_;
};

/// Calls `take` with all of a text, piece by piece.
template <class Take>
Evaluated<std::monostate> for_each_piece(TextSource& source, Take take) {
    std::uint64_t offset = 0;
    for (;;) {
        const ObjectPart piece = TRY(source.part(offset, kPieceBytes));
        if (piece.bytes.empty()) return std::monostate();
        (void)TRY(take(std::string_view(piece.bytes)));
        offset += piece.bytes.size();
    }
}

Evaluated<std::unique_ptr<TextSource>> unpacked(TextSource& packed, const ObjectName& name,
                                                std::unique_ptr<Unpacker> unpacker) {
    std::unique_ptr<Spool> spool = TRY(Spool::create());
    std::uint64_t total = 0;
    const auto keep = [&](std::string_view bytes) -> Evaluated<std::monostate> {
        total += bytes.size();
        if (total > kMaxSourceBytes) return too_large(name);
        return spool->append(bytes);
    };
    (void)TRY(
        for_each_piece(packed, [&](std::string_view bytes) { return unpacker->add(bytes, keep); }));
    if (!unpacker->complete()) {
        return reader_failed("The object " + name.uri() +
                             " is not whole: its compressed data ends early.");
    }
    return std::unique_ptr<TextSource>(std::move(spool));
}

Evaluated<std::unique_ptr<TextSource>> parquet_lines(const ObjectAccess& access,
                                                     TextSource& packed) {
    std::unique_ptr<Spool> file = TRY(Spool::create());
    (void)TRY(for_each_piece(packed, [&](std::string_view bytes) { return file->append(bytes); }));
    std::unique_ptr<Spool> lines = TRY(Spool::create());
    if (auto cause = access.parquet(file->path(), lines->path()))
        return reader_failed(std::move(*cause));
    return std::unique_ptr<TextSource>(std::move(lines));
}

}  // namespace

Evaluated<std::unique_ptr<TextSource>> open_text(const ObjectAccess& access, const ObjectName& name,
                                                 bool is_parquet, std::string& version) {
    auto object = std::make_unique<ObjectText>(access, name, version);
    const ObjectPart head = TRY(object->part(0, 4));
    version = object->version();
    if (is_parquet) return parquet_lines(access, *object);
    // Developer Guide, "ItemReader (Map)", InputType: GZIP and ZSTD, whatever the object's name is.
    if (head.bytes.starts_with("\x1F\x8B")) return unpacked(*object, name, gzip_unpacker());
    if (head.bytes == "\x28\xB5\x2F\xFD") return unpacked(*object, name, zstd_unpacker());
    return std::unique_ptr<TextSource>(std::move(object));
}

Evaluated<std::monostate> TextWindow::grow(std::size_t limit) {
    buffer_.erase(0, begin_);
    offset_ += begin_;
    begin_ = 0;
    if (buffer_.size() > limit) {
        return reader_failed("An item of the data set is larger than " + std::to_string(limit) +
                             " bytes.");
    }
    // Doubled each time, so that a long item is not looked through again and again.
    const std::size_t length = std::max(kFirstBytes, buffer_.size());
    const ObjectPart part = TRY(source_.part(offset_ + buffer_.size(), length));
    ended_ = offset_ + buffer_.size() + part.bytes.size() >= part.object_size || part.bytes.empty();
    buffer_ += part.bytes;
    return std::monostate();
}

}  // namespace stepwell::items
