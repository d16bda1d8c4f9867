// expect: tandem: a pointer to a member cannot cross to another process: pass mp::fn<&type::member>
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/tandem.hpp"

struct server {
    int port;
    void serve() const;
};

void run() { tandem::process{&server::serve, server{80}}.join(); }
