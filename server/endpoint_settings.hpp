#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/command_line.hpp"
#include "server/settings.hpp"

/// Where AWS's services are said to be, from every place that can say so.
namespace stepwell::server {

/// `SERVICE=URL`, or what is wrong with it. Whether there is such a service is checked at the end.
std::optional<std::string> set_endpoint(aws::AwsOptions& options, std::string_view service,
                                        const std::string& url);
/// `--endpoint SERVICE=URL`.
std::optional<std::string> read_endpoint_argument(aws::AwsOptions& options,
                                                  const std::string& text);

/// AWS_ENDPOINT_URL_<SERVICE>, the names of AWS's local tool (SQS_ENDPOINT …), AWS_CA_BUNDLE and
/// the credentials.
std::optional<std::string> read_aws_environment(Settings& settings, const Environment& environment);

/// `-sqsEndpoint URL`, `--sqs-endpoint URL` and `--sqs-endpoint=URL` of AWS's local tool as
/// `--endpoint sqs=URL`.
void spell_endpoint_options(std::vector<std::string>& arguments);

/// What is wrong with all of it together: an unknown service, a folder without models, AWS without
/// credentials. Drops endpoints that are this server.
std::optional<std::string> check_aws_options(Settings& settings);

/// Endpoints said at one place: while it lives `options` holds those of the place alone; at its end
/// those said before fill what the place has left open.
class EndpointLayer {
public:
    explicit EndpointLayer(aws::AwsOptions& options);
    ~EndpointLayer();
    EndpointLayer(const EndpointLayer&) = delete;
    EndpointLayer& operator=(const EndpointLayer&) = delete;

private:
    aws::AwsOptions& options_;
    aws::AwsOptions before_;
};

}  // namespace stepwell::server
