# The type stubs say what the compiled modules hold.
check stubtest python -m mypy.stubtest numrs --allowlist tests/suites/stubtest-allowlist.txt
