# C99 and C++17 programs against the installed wheel, through its pkg-config file.
clients "$(python -c 'import sysconfig; print(sysconfig.get_path("platlib"))')/numrs/lib/pkgconfig"
