#include "integrations/items/inflater.hpp"

#include <zlib.h>

#include <algorithm>
#include <new>
#include <string>

#include "integrations/items/reader_config.hpp"

namespace stepwell::items {

namespace {

constexpr int kGzipOnly = 16 + MAX_WBITS;

bool is_zero(char c) { return c == '\0'; }

}  // namespace

struct Inflater::Impl {
    z_stream stream{};
    bool member_ended = false;
    std::array<char, 65'536> out;
};

Inflater::Inflater() : impl_(std::make_unique<Impl>()) {
    if (inflateInit2(&impl_->stream, kGzipOnly) != Z_OK) throw std::bad_alloc();
}

Inflater::~Inflater() { inflateEnd(&impl_->stream); }

Evaluated<std::monostate> Inflater::add(std::string_view bytes, const Keep& keep) {
    z_stream& stream = impl_->stream;
    // zlib reads through this pointer, and has it without const.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    while (stream.avail_in > 0) {
        if (impl_->member_ended) {
            const std::string_view left(reinterpret_cast<const char*>(stream.next_in),
                                        stream.avail_in);
            // Tapes and some tools fill up with zeros.
            if (std::all_of(left.begin(), left.end(), is_zero)) return std::monostate();
            inflateReset(&stream);
            impl_->member_ended = false;
        }
        do {
            stream.next_out = reinterpret_cast<Bytef*>(impl_->out.data());
            stream.avail_out = static_cast<uInt>(impl_->out.size());
            const int status = inflate(&stream, Z_NO_FLUSH);
            if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) {
                return reader_failed(
                    "The object's gzip data is damaged: " +
                    std::string(stream.msg == nullptr ? "zlib cannot read it" : stream.msg) + ".");
            }
            (void)TRY(keep({impl_->out.data(), impl_->out.size() - stream.avail_out}));
            impl_->member_ended = status == Z_STREAM_END;
        } while (stream.avail_out == 0 && !impl_->member_ended);
    }
    return std::monostate();
}

bool Inflater::complete() const { return impl_->member_ended; }

}  // namespace stepwell::items
