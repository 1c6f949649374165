#include "integrations/items/folder_tasks.hpp"

#include <exception>
#include <utility>

#include "integrations/aws/errors.hpp"
#include "integrations/items/folder_actions.hpp"
#include "integrations/items/workers.hpp"

namespace stepwell::items {

namespace {

TaskResult carry_out(FolderStore& store, const TaskCall& call) {
    const auto& resource = std::get<asl::ServiceResource>(call.resource);
    auto answer = call_folder(store, resource.action, call.input.value());
    if (!answer) return aws::task_error(answer.error(), call, aws::sdk_error);
    return aws::task_result(std::move(answer->output), resource.resource_type);
}

aws::CallResult read_whole(FolderStore& store, const ObjectName& name, std::size_t most_bytes) {
    auto part = store.get({}, name, 0, most_bytes);
    if (!part) return to_aws_error(part.error());
    if (part->object_size > most_bytes) return object_too_large();
    aws::Answer answer;
    answer.body = std::move(part->bytes);
    return answer;
}

}  // namespace

struct FolderTasks::Impl {
    Impl(IoLoop& of_loop, const std::string& folder) : loop(of_loop), store(folder), workers(1) {}

    void answer(const std::function<aws::CallResult()>& work, const aws::CallDone& done) {
        loop.post([result = work(), done] { done(result); });
    }

    IoLoop& loop;
    FolderStore store;
    Workers workers;
};

FolderTasks::FolderTasks(IoLoop& loop, const std::string& folder)
    : impl_(std::make_shared<Impl>(loop, folder)) {}

FolderTasks::~FolderTasks() { impl_->workers.stop(); }

FolderTasks::GiveUp FolderTasks::call_action(TaskCall call, Finished finished) {
    const auto given_up = std::make_shared<bool>(false);  // of the loop's thread
    impl_->workers.add(
        [impl = impl_.get(), call = std::move(call), given_up, finished = std::move(finished)] {
            TaskResult result = carry_out(impl->store, call);
            impl->loop.post([result = std::move(result), given_up, finished] {
                if (!*given_up) finished(result);
            });
        });
    return [given_up] { *given_up = true; };
}

void FolderTasks::read(const ObjectName& name, std::size_t most_bytes, aws::CallDone done) {
    impl_->workers.add([impl = impl_.get(), name, most_bytes, done = std::move(done)] {
        impl->answer([&] { return read_whole(impl->store, name, most_bytes); }, done);
    });
}

void FolderTasks::write(const ObjectName& name, std::string bytes, aws::CallDone done) {
    impl_->workers.add(
        [impl = impl_.get(), name, bytes = std::move(bytes), done = std::move(done)] {
            impl->answer(
                [&]() -> aws::CallResult {
                    auto put = impl->store.put({}, name, bytes);
                    if (!put) return to_aws_error(put.error());
                    return aws::Answer();
                },
                done);
        });
}

}  // namespace stepwell::items
