// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Workers that read one queue and write to another, for as long as there is something to read. The
// initializer of a pool runs in each worker before its first task, and may be all that they do.
//
// The queues are handles: what crosses is the right to use them. A worker that dies leaves them
// whole, and the pool has another one in its place.

#include <tandem/tandem.hpp>

#include <iostream>
#include <map>
#include <string>
namespace mp = tandem;

struct answer {
    std::string word;
    std::string translation;
    int worker;
};

void translate_all(const std::string& language, const mp::queue<std::string>& questions,
                   const mp::queue<answer>& answers) {
    std::map<std::string, std::string> german{{"bread", "Brot"}, {"water", "Wasser"}};
    std::map<std::string, std::string> french{{"bread", "pain"}, {"water", "eau"}};
    const auto& words = language == "German" ? german : french; // set up once
    try {
        for (;;) {
            const auto word = questions.pop();
            answers.push({word, words.at(word), mp::this_process::id()});
        }
    } catch (const mp::queue_closed&) {
        return; // no more questions
    }
}

int main() {
    mp::bootstrap();
    const mp::queue<std::string> questions;
    const mp::queue<answer> answers;
    const std::string language = "German";
    const mp::pool pool{{.processes = 2}, translate_all, language, questions, answers};

    for (const auto* word : {"water", "bread", "water"}) questions.push(word);
    for (int i = 0; i < 3; ++i) {
        const auto next = answers.pop();
        std::cout << next.word << " is " << next.translation << ", says pid " << next.worker
                  << "\n";
    }
    questions.close();
}
