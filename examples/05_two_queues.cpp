// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Workers that are set up once and then answer many questions. The initializer runs in each worker
// before its first task; what it returns stays there, and need not be able to cross.
//
// In Python the initializer of such a pool is a loop that reads one queue and writes to another.
// Tandem has no queues yet: imap_unordered() takes their places, the items being what goes in, and
// the results, which come out as they are made.

#include <tandem/tandem.hpp>

#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <vector>
namespace mp = tandem;

struct dictionary {
    std::map<std::string, std::string> words;
    std::ofstream log; // a handle that belongs to this worker
};

dictionary open_dictionary(const std::string& language, const std::string& log) {
    std::map<std::string, std::string> german{{"bread", "Brot"}, {"water", "Wasser"}};
    std::map<std::string, std::string> french{{"bread", "pain"}, {"water", "eau"}};
    return {language == "German" ? german : french, std::ofstream{log, std::ios::app}};
}

struct answer {
    std::string text;
    int worker;
};

answer translate(const std::string& word) {
    auto& state = mp::this_process::worker_state<dictionary>();
    state.log << word << '\n' << std::flush;
    return {state.words.at(word), mp::this_process::id()};
}

int main() {
    mp::bootstrap();
    const std::string language = "German";
    const std::string log = "/dev/null";
    mp::pool pool{{.processes = 2}, open_dictionary, language, log};

    const std::vector<std::string> questions{"water", "bread", "water"};
    auto answers = pool.imap_unordered(translate, questions);
    for (auto it = answers.begin(); it != answers.end(); ++it)
        std::cout << questions[it.index()] << " is " << (*it).text << ", says pid " << (*it).worker
                  << "\n";
}
