#include <zstd.h>

#include <array>
#include <new>
#include <string>

#include "integrations/items/reader_config.hpp"
#include "integrations/items/unpacker.hpp"

namespace stepwell::items {

namespace {

class ZstdUnpacker final : public Unpacker {
public:
    ZstdUnpacker() : stream_(ZSTD_createDStream()) {
        if (stream_ == nullptr) throw std::bad_alloc();
    }
    ~ZstdUnpacker() override { ZSTD_freeDStream(stream_); }
    ZstdUnpacker(const ZstdUnpacker&) = delete;
    ZstdUnpacker& operator=(const ZstdUnpacker&) = delete;

    Evaluated<std::monostate> add(std::string_view bytes, const Keep& keep) override {
        ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
        // What was taken may give more than there is room for; nothing after the end of a frame.
        for (bool more = false; in.pos < in.size || more;) {
            ZSTD_outBuffer out{out_.data(), out_.size(), 0};
            const std::size_t status = ZSTD_decompressStream(stream_, &out, &in);
            if (ZSTD_isError(status) != 0) {
                return reader_failed("The object's Zstandard data cannot be read: " +
                                     std::string(ZSTD_getErrorName(status)) + ".");
            }
            (void)TRY(keep({out_.data(), out.pos}));
            frame_ended_ = status == 0;
            more = !frame_ended_ && out.pos == out.size;
        }
        return std::monostate();
    }
    bool complete() const override { return frame_ended_; }

private:
    ZSTD_DStream* const stream_;
    bool frame_ended_ = false;
    std::array<char, 131'072> out_;
};

}  // namespace

std::unique_ptr<Unpacker> zstd_unpacker() { return std::make_unique<ZstdUnpacker>(); }

}  // namespace stepwell::items
