#include "integrations/items/item_service.hpp"

#include <spdlog/spdlog.h>

#include <atomic>
#include <exception>
#include <utility>

#include "engine/base/state_errors.hpp"
#include "integrations/items/page_reader.hpp"
#include "integrations/items/reader_config.hpp"
#include "integrations/items/result_export.hpp"
#include "integrations/items/workers.hpp"

namespace stepwell::items {

namespace {

// Each may wait for S3 or unpack a file; more Map Runs than this read in turns.
constexpr unsigned kThreads = 4;

constexpr const char* kNoStore =
    "Stepwell has no place for the objects of S3. Start it with --s3-folder DIR, where each "
    "sub-folder is a bucket, or with --s3-endpoint URL.";

}  // namespace

struct ItemService::Impl {
    std::shared_ptr<ObjectStore> store;
    std::optional<PageReader> pages;
    std::atomic<bool> stopping{false};
    Workers workers{kThreads};

    /// Does `work` on a thread that may wait, and hands on what comes of it. An exception (a disk
    /// or store that fails) ends the run with `error_name`.
    template <class T>
    std::function<void()> start(std::string_view error_name, std::function<Evaluated<T>()> work,
                                std::function<void(Evaluated<T>)> done) {
        const auto given_up = std::make_shared<std::atomic<bool>>(false);
        workers.add([this, error_name, given_up, work = std::move(work), done = std::move(done)] {
            if (*given_up) return;
            Evaluated<T> result = carry_out<T>(error_name, work);
            if (!*given_up && !stopping) done(std::move(result));
        });
        return [given_up] { *given_up = true; };
    }

    template <class T>
    Evaluated<T> carry_out(std::string_view error_name,
                           const std::function<Evaluated<T>()>& work) const {
        if (!store) return StateError{std::string(error_name), kNoStore};
        try {
            return work();
        } catch (const std::exception& e) {
            spdlog::error("the items or results of a Map Run: {}", e.what());
            return StateError{std::string(error_name), e.what()};
        }
    }
};

ItemService::ItemService(std::shared_ptr<ObjectStore> store, ParquetToLines parquet)
    : impl_(std::make_unique<Impl>()) {
    impl_->store = std::move(store);
    if (impl_->store) impl_->pages.emplace(*impl_->store, std::move(parquet));
}

ItemService::~ItemService() {
    impl_->stopping = true;
    if (impl_->store) impl_->store->stop();
    impl_->workers.stop();
}

ItemReader::GiveUp ItemService::read(ItemRead read, std::function<void(Evaluated<ItemPage>)> done) {
    return impl_->start<ItemPage>(
        state_errors::kItemReaderFailed,
        [impl = impl_.get(), read = std::move(read)] { return impl->pages->read(read); },
        std::move(done));
}

ResultWriter::GiveUp ItemService::write(ResultWrite write,
                                        std::function<void(Evaluated<Json>)> done) {
    return impl_->start<Json>(
        state_errors::kResultWriterFailed,
        [impl = impl_.get(), write = std::move(write)] {
            const auto read_page = [impl](const ItemRead& read) -> Evaluated<ItemPage> {
                // The next start of the server exports anew.
                if (impl->stopping)
                    return StateError{std::string(state_errors::kItemReaderFailed),
                                      "The server is ending."};
                return impl->pages->read(read);
            };
            return export_results(*impl->store, write, read_page);
        },
        std::move(done));
}

}  // namespace stepwell::items
