# Files that are made from others are current.
check tables python tools/gen.py --check
check c-docs python tools/c_docs.py --check
check locks python tools/lock.py --check
