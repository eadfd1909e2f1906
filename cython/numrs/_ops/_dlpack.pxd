# DLPack in and out. Private to numrs._ops.
cdef object export_dlpack(object tensor, object stream, object max_version, object dl_device, object copy)
cdef bint is_foreign(object x) except -1
