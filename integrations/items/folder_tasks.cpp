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

}  // namespace

struct FolderTasks::Impl {
    Impl(IoLoop& of_loop, const std::string& folder) : loop(of_loop), store(folder), workers(1) {}

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

}  // namespace stepwell::items
