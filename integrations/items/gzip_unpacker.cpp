#include <zlib.h>

#include <algorithm>
#include <array>
#include <new>
#include <string>

#include "integrations/items/reader_config.hpp"
#include "integrations/items/unpacker.hpp"

namespace stepwell::items {

namespace {

constexpr int kGzipOnly = 16 + MAX_WBITS;

bool is_zero(char c) { return c == '\0'; }

class GzipUnpacker final : public Unpacker {
public:
    GzipUnpacker() {
        if (inflateInit2(&stream_, kGzipOnly) != Z_OK) throw std::bad_alloc();
    }
    ~GzipUnpacker() override { inflateEnd(&stream_); }
    GzipUnpacker(const GzipUnpacker&) = delete;
    GzipUnpacker& operator=(const GzipUnpacker&) = delete;

    Evaluated<std::monostate> add(std::string_view bytes, const Keep& keep) override;
    bool complete() const override { return member_ended_; }

private:
    z_stream stream_{};
    bool member_ended_ = false;
    std::array<char, 65'536> out_;
};

Evaluated<std::monostate> GzipUnpacker::add(std::string_view bytes, const Keep& keep) {
    // zlib reads through this pointer, and has it without const.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    while (stream_.avail_in > 0) {
        if (member_ended_) {
            const std::string_view left(reinterpret_cast<const char*>(stream_.next_in),
                                        stream_.avail_in);
            // Tapes and some tools fill up with zeros.
            if (std::all_of(left.begin(), left.end(), is_zero)) return std::monostate();
            inflateReset(&stream_);
            member_ended_ = false;
        }
        do {
            stream_.next_out = reinterpret_cast<Bytef*>(out_.data());
            stream_.avail_out = static_cast<uInt>(out_.size());
            const int status = inflate(&stream_, Z_NO_FLUSH);
            if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) {
                return reader_failed(
                    "The object's gzip data is damaged: " +
                    std::string(stream_.msg == nullptr ? "zlib cannot read it" : stream_.msg) +
                    ".");
            }
            (void)TRY(keep({out_.data(), out_.size() - stream_.avail_out}));
            member_ended_ = status == Z_STREAM_END;
        } while (stream_.avail_out == 0 && !member_ended_);
    }
    return std::monostate();
}

}  // namespace

std::unique_ptr<Unpacker> gzip_unpacker() { return std::make_unique<GzipUnpacker>(); }

}  // namespace stepwell::items
