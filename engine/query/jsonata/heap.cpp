#include "engine/query/jsonata/heap.hpp"

#include <time.h>

#include <cstdlib>
#include <new>

#include "engine/query/jsonata/failure.hpp"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

namespace stepwell::jsonata {

namespace {

/// That this thread has had so far.
Heap::Clock::duration processor_time() {
    timespec had{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &had);
    return std::chrono::seconds(had.tv_sec) + std::chrono::nanoseconds(had.tv_nsec);
}

}  // namespace

HeapScope::HeapScope(Heap& heap) : outer_(current_heap) { current_heap = &heap; }
HeapScope::~HeapScope() { current_heap = outer_; }

Heap::~Heap() {
    while (large_ != nullptr) {
        Large* next = large_->next;
        std::free(large_);
        large_ = next;
    }
    for (const auto& chunk : chunks_) unpoison(chunk.get(), kChunk);
}

void* Heap::carve(std::size_t slot) {
    const std::size_t bytes = slot * kUnit;
    if (left_ < bytes) {
        // What is left of the old chunk is given up: less than one block.
        chunks_.emplace_back(new std::byte[kChunk]);
        next_ = chunks_.back().get();
        left_ = kChunk;
    }
    void* block = next_;
    next_ += bytes;
    left_ -= bytes;
    return block;
}

void* Heap::allocate_large(std::size_t bytes) {
    void* memory = std::malloc(sizeof(Large) + bytes);
    if (memory == nullptr) throw std::bad_alloc();
    auto* block = new (memory) Large{nullptr, large_};
    if (large_ != nullptr) large_->previous = block;
    large_ = block;
    return block + 1;
}

void Heap::release_large(void* block) {
    Large* header = static_cast<Large*>(block) - 1;
    (header->previous != nullptr ? header->previous->next : large_) = header->next;
    if (header->next != nullptr) header->next->previous = header->previous;
    std::free(header);
}

void Heap::check_time() {
    ticks_ = kTicks;
    const auto now = Clock::now();
    watch_processor();
    if (now >= deadline_ && !may_go_on(now)) throw evaluation_timeout();
    if (now >= soft_deadline_) throw evaluation_deferred();
}

void Heap::watch_processor() {
    if (!processor_time_then_) processor_time_then_ = processor_time();
}

bool Heap::may_go_on(Clock::time_point now) {
    const auto had = processor_time() - *processor_time_then_;
    if (had >= least_processor_time_ || now >= last_deadline_) return false;
    deadline_ = std::min(now + (least_processor_time_ - had), last_deadline_);
    return true;
}

void Heap::exceeded() { throw memory_exceeded(); }

#if defined(__SANITIZE_ADDRESS__)
void Heap::poison(void* block, std::size_t bytes) { ASAN_POISON_MEMORY_REGION(block, bytes); }
void Heap::unpoison(void* block, std::size_t bytes) { ASAN_UNPOISON_MEMORY_REGION(block, bytes); }
#endif

}  // namespace stepwell::jsonata
