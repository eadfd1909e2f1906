"""The controller that lets threadpoolctl see and limit numrs' threads; see config.register_threadpoolctl."""

import threadpoolctl  # type: ignore[import-untyped]


class NumrsController(threadpoolctl.LibController):
    """Threads of libnumrs."""

    user_api = "numrs"
    internal_api = "numrs"
    filename_prefixes = ("libnumrs.",)  # not its plug-ins
    check_symbols = ("numrs_get_num_threads", "numrs_set_num_threads")

    def get_num_threads(self):
        return self.dynlib.numrs_get_num_threads()

    def set_num_threads(self, num_threads):
        return self.dynlib.numrs_set_num_threads(num_threads)

    def get_version(self):
        import ctypes

        get = self.dynlib.numrs_version
        get.restype = ctypes.c_char_p
        return get().decode()

    def set_additional_attributes(self):
        import ctypes

        get = self.dynlib.numrs_get_target
        get.restype = ctypes.c_char_p
        self.architecture = get().decode()


_registered = False


def register():
    global _registered
    if not _registered:
        threadpoolctl.register(NumrsController)
        _registered = True
