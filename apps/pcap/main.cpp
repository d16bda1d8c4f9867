// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// tandem-pcap: statistics of the IPv4 traffic in a capture, by worker processes.
//
// Exit      0 done; 1 the capture cannot be analysed, or not all of it, or an output cannot be
//           written; 2 the command line makes no sense; 130 interrupted. What went wrong is one
//           line on standard error.

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <tandem/tandem.hpp>
#include <variant>

#include "csv_output.hpp"
#include "interruption.hpp"
#include "json_output.hpp"
#include "options.hpp"
#include "output_file.hpp"
#include "parallel_analysis.hpp"
#include "table_output.hpp"

namespace {

constexpr int usage_status = 2;

void complain(std::string_view reason) { fmt::print(stderr, "tandem-pcap: {}\n", reason); }

/// Writes to standard output at once, for whoever watches or reads from a pipe.
void print(std::string_view text) {
    errno = 0;
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() ||
        std::fflush(stdout) != 0) {
        throw std::runtime_error{"standard output: cannot write: " +
                                 std::system_category().message(errno)};
    }
}

/// The table on standard output, row by row.
class table {
public:
    void show(std::span<const traffic::interval_row> rows, const traffic::capture_format& format) {
        std::string text = begun_ ? "" : traffic::table_heading(format);
        begun_ = true;
        for (const auto& row : rows) text += traffic::table_row(row, format);
        print(text);
    }

    void finish(const traffic::analysis& numbers) {
        if (!begun_) show({}, numbers.format);
        print(traffic::table_footing(numbers));
    }

private:
    bool begun_ = false;
};

/// Writes the text that `make` gives, if a file for it was asked for.
void write_if_asked(const std::string& path, std::string (*make)(const traffic::analysis&),
                    const traffic::analysis& numbers) {
    if (path.empty()) return;
    if (!traffic::write_output(path, make(numbers), &traffic::is_interrupted)) {
        std::_Exit(traffic::interrupted_status);
    }
    if (!traffic::is_device(path)) print("written: " + path + "\n");
}

int analyse(const traffic::options& chosen) {
    table rows;
    const auto [numbers, remark] = traffic::analyse_in_parallel(
        chosen, [&](auto finished, const auto& format) { rows.show(finished, format); });
    rows.finish(numbers);
    traffic::remember_interrupt();
    write_if_asked(chosen.json, &traffic::json_text, numbers);
    write_if_asked(chosen.csv, &traffic::csv_text, numbers);
    if (remark.text.empty()) return EXIT_SUCCESS;
    complain(chosen.capture + (remark.damaged ? ": " : ": warning: ") + remark.text);
    return remark.damaged ? EXIT_FAILURE : EXIT_SUCCESS;
}

int run(int count, const char* const* arguments) {
    const auto chosen = traffic::read_options(count, arguments);
    if (const auto* const parsed = std::get_if<traffic::options>(&chosen)) {
        return analyse(*parsed);
    }
    print(std::get<std::string>(chosen));
    return EXIT_SUCCESS;
}

} // namespace

int main(int count, char** arguments) {
    tandem::bootstrap();
    traffic::exit_on_interrupt();
    try {
        return run(count, arguments);
    } catch (const traffic::usage_error& error) {
        complain(std::string{error.what()} + " (see tandem-pcap --help)");
        return usage_status;
    } catch (const tandem::task_error& error) {
        complain(error.message());
    } catch (const std::exception& error) {
        complain(error.what());
    }
    return EXIT_FAILURE;
}
