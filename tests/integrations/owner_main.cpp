// A server in small: runs one local function, whose call tells the processes that there are, and
// stays. owner_test.cpp kills it and looks what is left.
#include <unistd.h>

#include <cstdio>

#include "integrations/registry.hpp"
#include "tests/support/scripted_service.hpp"

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    using namespace stepwell;
    LocalFunction function;
    function.name = "f";
    function.folder = argv[1];
    function.file = "app";
    function.handler = "handler";
    function.timeout = Milliseconds(60'000);
    IntegrationOptions options;
    options.lambda.functions.push_back(function);
    options.lambda.init_timeout = Milliseconds(60'000);
    stepwell::testing::ScriptedService service;
    TaskRegistry registry(options, service);
    TaskCall call;
    call.id = 1;
    call.resource = asl::LambdaResource{"arn:aws:lambda:us-east-1:123456789012:function:f"};
    registry.start(call, [](TaskCallId, const TaskResult& result) {
        std::printf("%s\n", result ? result->text().c_str() : result.error().cause.c_str());
        std::fflush(stdout);
    });
    for (;;) ::pause();
}
