# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0

import subprocess
import unittest

from tree import TOOLS, TreeTest
import check_layers


class CheckLayers(TreeTest):
    def setUp(self) -> None:
        super().setUp()
        self.write("include/tandem/codec.hpp", "#include <vector>\n")
        self.write("src/os/unique_fd.hpp", "#include <unistd.h>\n")
        self.write("src/shm/ring.hpp", '#include "os/unique_fd.hpp"\n')
        self.write("src/wire/frame.hpp", '#include "tandem/codec.hpp"\n#include <fmt/format.h>\n')
        self.write("src/runtime/pool.cpp", '#include "shm/ring.hpp"\n#include "wire/frame.hpp"\n')
        self.write("apps/pcap/main.cpp", '#include <tandem/codec.hpp>\n#include "row.hpp"\n')
        self.write("apps/pcap/row.hpp", "#include <CLI/CLI.hpp>\n")

    def findings(self, exemptions: dict | None = None) -> list:
        return check_layers.check(self.root, exemptions or {})

    def test_a_tree_that_follows_the_rules_passes(self) -> None:
        self.assertEqual(self.findings(), [])

    def test_a_lower_layer_does_not_include_a_higher_one(self) -> None:
        self.write("src/shm/ring.cpp", '#include "runtime/pool.hpp"\n')
        self.write("src/runtime/pool.hpp", "")
        self.assert_finds(self.findings(), "src/shm/ring.cpp", "not below it")

    def test_layers_of_one_number_do_not_include_each_other(self) -> None:
        self.write("src/shm/arena.hpp", '#include "wire/frame.hpp"\n')
        self.assert_finds(self.findings(), "src/shm/arena.hpp", "not below it")

    def test_a_folder_without_a_layer_is_found(self) -> None:
        self.write("src/misc/helper.hpp", "")
        self.assert_finds(self.findings(), "src/misc/helper.hpp", "in no layer")

    def test_an_include_written_with_spaces_is_found(self) -> None:
        self.write("src/shm/arena.hpp", '  #  include   "wire/frame.hpp"  // why not\n')
        self.assert_finds(self.findings(), "src/shm/arena.hpp", "not below it")

    def test_an_include_in_a_comment_is_none(self) -> None:
        self.write("src/shm/arena.hpp", '/*\n#include "wire/frame.hpp"\n*/\n')
        self.assertEqual(self.findings(), [])

    def test_public_headers_include_no_source_folder(self) -> None:
        self.write("include/tandem/pool.hpp", '#include "wire/frame.hpp"\n')
        self.assert_finds(self.findings(), "include/tandem/pool.hpp", "nothing of src/")

    def test_public_headers_include_no_system_header(self) -> None:
        self.write("include/tandem/pool.hpp", "#include <sys/types.h>\n")
        self.assert_finds(self.findings(), "include/tandem/pool.hpp", "system header")

    def test_layers_below_wire_do_not_see_public_headers(self) -> None:
        for file in ("src/os/fd.hpp", "src/shm/arena.hpp"):
            self.write(file, "#include <tandem/codec.hpp>\n")
            self.assert_finds(self.findings(), file, "below the public headers")

    def test_system_headers_are_for_os_only(self) -> None:
        for header in ("unistd.h", "sys/mman.h", "linux/futex.h", "pthread.h", "signal.h"):
            self.write("src/runtime/reap.cpp", f"#include <{header}>\n")
            self.assert_finds(self.findings(), "src/runtime/reap.cpp", f"<{header}>")

    def test_an_exempt_file_may_include_its_headers_and_no_other(self) -> None:
        self.write("apps/pcap/map.cpp", "#include <fcntl.h>\n#include <poll.h>\n")
        exempt = {"apps/pcap/map.cpp": check_layers.Exemption({"fcntl.h"}, "test")}
        findings = self.findings(exempt)
        self.assertEqual([f.message.split()[0] for f in findings], ["<poll.h>"])

    def test_an_exemption_that_is_not_needed_is_found(self) -> None:
        self.write("apps/pcap/map.cpp", "")
        exempt = {"apps/pcap/map.cpp": check_layers.Exemption({"fcntl.h"}, "test")}
        self.assert_finds(self.findings(exempt), "apps/pcap/map.cpp", "remove it")

    def test_programs_do_not_include_sources_of_the_library(self) -> None:
        for file in ("apps/pcap/row.cpp", "examples/map.cpp", "bench/latency/tandem.cpp"):
            self.write(file, '#include "shm/ring.hpp"\n')
            self.assert_finds(self.findings(), file, "nothing of src/")

    def test_programs_include_tandem_as_installed(self) -> None:
        self.write("examples/map.cpp", '#include "tandem/codec.hpp"\n')
        self.assert_finds(self.findings(), "examples/map.cpp", "not with quotes")

    def test_libraries_of_programs_are_not_for_the_library(self) -> None:
        self.write("src/api/pool.cpp", "#include <CLI/CLI.hpp>\n")
        self.assert_finds(self.findings(), "src/api/pool.cpp", "is not for src/")

    def test_the_operating_system_is_asked_for_in_os_only(self) -> None:
        self.write("src/os/fd.cpp", "#ifdef __linux__\n#endif\n")
        self.assertEqual(self.findings(), [])
        for line in ("#ifdef __linux__", "#if !defined(_WIN32)", "#elif 1 && \\\n __APPLE__"):
            self.write("src/api/pool.cpp", line + "\n")
            self.assert_finds(self.findings(), "src/api/pool.cpp", "operating systems")

    def test_a_cycle_of_files_is_found(self) -> None:
        self.write("src/os/a.hpp", '#include "os/b.hpp"\n')
        self.write("src/os/b.hpp", '#include "os/a.hpp"\n')
        self.assert_finds(self.findings(), "src/os/a.hpp", "a.hpp -> src/os/b.hpp -> src/os/a.hpp")

    def test_an_include_of_a_missing_file_is_found(self) -> None:
        self.write("src/os/a.hpp", '#include "os/gone.hpp"\n')
        self.assert_finds(self.findings(), "src/os/a.hpp", "no file of this project")

    def test_the_program_fails_and_names_file_and_line(self) -> None:
        self.write("src/api/pool.cpp", "\n#include <unistd.h>\n")
        command = [TOOLS / "check_layers.py", "--root", self.root]
        ended = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(ended.returncode, 1)
        self.assertIn("src/api/pool.cpp:2: <unistd.h>", ended.stdout)


if __name__ == "__main__":
    unittest.main()
