// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "options.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>

namespace traffic {

namespace {

constexpr int most_workers = 1024;

/// Refuses outputs that would destroy the capture or each other.
void check_outputs(const options& chosen) {
    const auto is_same = [](const std::string& a, const std::string& b) {
        std::error_code unknown; // what does not exist is not the same
        return std::filesystem::equivalent(a, b, unknown);
    };
    for (const auto& output : {chosen.json, chosen.csv}) {
        if (!output.empty() && is_same(output, chosen.capture)) {
            throw usage_error{output + ": the output would overwrite the capture"};
        }
    }
    if (!chosen.json.empty() && (chosen.json == chosen.csv || is_same(chosen.json, chosen.csv))) {
        throw usage_error{chosen.json + ": --json and --csv name the same file"};
    }
}

} // namespace

std::variant<options, std::string> read_options(int count, const char* const* arguments) {
    options chosen;
    std::string interval = "10";
    CLI::App parser{"Statistics of the IPv4 traffic in a capture, interval by interval."};
    parser.name("tandem-pcap");
    parser.set_version_flag("--version", "tandem-pcap " TANDEM_PCAP_VERSION);
    parser.add_option("CAPTURE", chosen.capture, "Classic pcap file of Ethernet frames")
        ->required();
    parser.add_option("--interval", interval, "Length of an interval in seconds, an exact decimal")
        ->capture_default_str();
    parser.add_option("--workers", chosen.workers, "Worker processes; default: one per usable CPU")
        ->check(CLI::Range(1, most_workers));
    parser.add_option("--json", chosen.json, "Write all numbers to this file");
    parser.add_option("--csv", chosen.csv, "Write one line an interval to this file");
    try {
        parser.parse(count, arguments);
    } catch (const CLI::CallForHelp&) {
        return parser.help();
    } catch (const CLI::CallForVersion& version) {
        return std::string{version.what()} + "\n";
    } catch (const CLI::ParseError& error) {
        throw usage_error{error.what()};
    }
    const auto length = interval_length::parse(interval);
    if (!length) {
        throw usage_error{"--interval: \"" + interval +
                          "\" is not a decimal number of seconds above 0, such as 10 or 0.25"};
    }
    chosen.interval = *length;
    check_outputs(chosen);
    return chosen;
}

} // namespace traffic
