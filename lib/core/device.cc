// Finding and opening plug-ins and their devices; what it means when one fails. No memory, no kernels.
#include "core/device.h"

#include <dlfcn.h>
#include <pthread.h>
#include <sys/auxv.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

#include "core/device_pool.h"
#include "core/device_state.h"
#include "core/trace.h"

namespace numrs {
namespace {

struct Plugin {
  const DeviceApi* api;
  char path[1024];
};

pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;  // of everything below
pthread_once_t once = PTHREAD_ONCE_INIT;
Plugin plugins[kDeviceKinds];
std::atomic<DeviceState*> devices[kDeviceKinds][kMostDevices];

class Lock {
 public:
  Lock() { pthread_mutex_lock(&mutex); }
  ~Lock() { pthread_mutex_unlock(&mutex); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
};

void MarkLost(DeviceState& state, const char* why) {
  if (state.lost.load(std::memory_order_acquire)) return;
  if (why != state.why)
    std::snprintf(state.why, sizeof(state.why), "%.*s", static_cast<int>(sizeof(state.why)) - 1, why);
  state.lost.store(true, std::memory_order_release);
}

// The child of a fork has the addresses and none of the devices behind them.
void BeforeFork() { pthread_mutex_lock(&mutex); }
void AfterFork() { pthread_mutex_unlock(&mutex); }
void InChild() {
  for (auto& kind : devices) {
    for (auto& slot : kind) {
      if (DeviceState* state = slot.load(std::memory_order_relaxed))
        MarkLost(*state, "this process was forked from one that had opened it");
    }
  }
  pthread_mutex_init(&mutex, nullptr);
}
void Register() { pthread_atfork(BeforeFork, AfterFork, InChild); }

// Folder of the file that this code is in, with the slash.
bool OwnFolder(char* folder, size_t bytes) {
  Dl_info self;
  if (!dladdr(reinterpret_cast<void*>(&OwnFolder), &self) || !self.dli_fname) return false;
  const char* slash = std::strrchr(self.dli_fname, '/');
  const int used =
      slash ? std::snprintf(folder, bytes, "%.*s", static_cast<int>(slash - self.dli_fname) + 1, self.dli_fname)
            : std::snprintf(folder, bytes, "./");
  return used > 0 && static_cast<size_t>(used) < bytes;
}

// What the loader finds, or what stands in NVIDIA's Python packages beside this one, or in the toolkit of CUDA_HOME.
void* OpenLibrary(const char* soname) {
  constexpr int kHow = RTLD_NOW | RTLD_LOCAL;
  if (void* found = dlopen(soname, kHow)) return found;
  if (getauxval(AT_SECURE)) return nullptr;
  char folder[900], path[1200];
  if (OwnFolder(folder, sizeof(folder))) {
    for (const char* up : {"../", "../../", "../../../"}) {
      std::snprintf(path, sizeof(path), "%s%snvidia/cu13/lib/%s", folder, up, soname);
      if (access(path, R_OK) != 0) continue;
      if (void* found = dlopen(path, kHow)) return found;
    }
  }
  for (const char* name : {"CUDA_HOME", "CUDA_PATH"}) {
    const char* home = std::getenv(name);
    if (!home || home[0] != '/') continue;
    if (std::snprintf(path, sizeof(path), "%s/lib64/%s", home, soname) >= static_cast<int>(sizeof(path))) continue;
    if (void* found = dlopen(path, kHow)) return found;
  }
  return nullptr;
}

Status HostFail(Status status, const char* text) { return Fail(status, "%s", text); }
int32_t HostTracing() { return TraceEnabled(); }
void HostTrace(const char* text) { std::fprintf(stderr, "%s\n", text); }
Status ScratchAllocate(DeviceStream* stream, size_t bytes, void** block) {
  DeviceState* state = StateOfStream(stream);
  if (!state) return Fail(NUMRS_INTERNAL, "scratch memory for a stream that the library does not know");
  return DeviceAllocate("kernel", DeviceRun{state, stream, nullptr}, bytes, block);
}
void ScratchRelease(DeviceStream* stream, void* block) {
  if (DeviceState* state = StateOfStream(stream)) DeviceRelease(DeviceRun{state, stream, nullptr}, block);
}

const HostApi kHostApi = {sizeof(HostApi), kDeviceApi,  HostFail,        Message,        HostTracing,
                          HostTrace,       OpenLibrary, ScratchAllocate, ScratchRelease, &kHostKernels};

// Asks the file for its table and checks that it is of this version.
Status Load(const char* function, const char* path, Plugin* plugin) {
  void* handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    const char* problem = dlerror();
    return Fail(NUMRS_NO_DEVICE, "%s: the plug-in could not be opened: %s", function, problem ? problem : path);
  }
  void* symbol = dlsym(handle, "numrs_plugin");
  if (!symbol) {
    dlclose(handle);
    return Fail(NUMRS_NO_DEVICE, "%s: %s is no plug-in of numrs: it has no symbol numrs_plugin", function, path);
  }
  PluginEntry entry;
  std::memcpy(&entry, &symbol, sizeof(entry));
  ClearMessage();
  const DeviceApi* api = entry(&kHostApi);
  if (!api) {
    char why[kWhyBytes];
    std::snprintf(why, sizeof(why), "%s", Message());
    return Fail(NUMRS_NO_DEVICE, "%s: the plug-in %s refused this library: %s", function, path,
                *why ? why : "it is of another version");
  }
  if (api->plugin_api != kDeviceApi) {
    return Fail(NUMRS_NO_DEVICE,
                "%s: the plug-in %s has interface %u, this library has %u: install both of the same version", function,
                path, api->plugin_api, kDeviceApi);
  }
  if (api->struct_size != sizeof(DeviceApi) || api->kernels_size != sizeof(DeviceKernels) || !api->kernels ||
      api->kernels->struct_size != sizeof(DeviceKernels)) {
    return Fail(NUMRS_NO_DEVICE,
                "%s: the plug-in %s has tables of %u and %u bytes, this library of %zu and %zu: install both of the "
                "same version",
                function, path, api->struct_size, api->kernels_size, sizeof(DeviceApi), sizeof(DeviceKernels));
  }
  plugin->api = api;
  std::snprintf(plugin->path, sizeof(plugin->path), "%s", path);
  return NUMRS_OK;
}

Status BadKind(const char* function, int32_t kind) {
  return Fail(NUMRS_BAD_ARGUMENT, "%s: the kind of device is %d, expected NUMRS_CUDA (1) or NUMRS_SIM (2)", function,
              kind);
}

// With the lock held.
Status FindPlugin(const char* function, int32_t kind, const DeviceApi** api) {
  Plugin& plugin = plugins[kind];
  if (!plugin.api) {
    if (kind == NUMRS_SIM)
      return Fail(NUMRS_NO_DEVICE,
                  "%s: no plug-in for sim: it is for tests, which open it with numrs_device_open_plugin", function);
    const char* name = KindName(kind);
    char folder[900], path[1024];
    if (!name) return BadKind(function, kind);
    if (!OwnFolder(folder, sizeof(folder)))
      return Fail(NUMRS_NO_DEVICE, "%s: no plug-in: the folder of the library is not known", function);
    std::snprintf(path, sizeof(path), "%slibnumrs_%s.so", folder, name);
    if (access(path, F_OK) != 0) {
      return Fail(NUMRS_NO_DEVICE,
                  "%s: no plug-in for %s: there is no libnumrs_%s.so beside the library (%s); install "
                  "numrs-kernels-cuda13, or build with -Dcuda=enabled",
                  function, name, name, folder);
    }
    NUMRS_TRY(Load(function, path, &plugin));
  }
  *api = plugin.api;
  return NUMRS_OK;
}

Status Probe(const char* function, int32_t kind, const DeviceApi** api, int32_t* count) {
  NUMRS_TRY(FindPlugin(function, kind, api));
  char why[kWhyBytes] = "";
  const Status status = (*api)->probe(count, why, sizeof(why));
  if (status != NUMRS_OK || *count <= 0) {
    *count = 0;
    return Fail(NUMRS_NO_DEVICE, "%s: the plug-in for %s is there (%s), but %s", function, KindName(kind),
                plugins[kind].path, *why ? why : "it finds no device");
  }
  if (*count > kMostDevices) *count = kMostDevices;
  return NUMRS_OK;
}

}  // namespace

const char* KindName(int32_t kind) {
  static const char* const names[kDeviceKinds] = {"cpu", "cuda", "sim"};
  return kind >= 0 && kind < kDeviceKinds ? names[kind] : nullptr;
}

Status CountDevices(const char* function, int32_t kind, int32_t* count) {
  *count = 0;
  if (kind <= NUMRS_CPU || kind >= kDeviceKinds) return BadKind(function, kind);
  const Lock lock;
  const DeviceApi* api;
  return Probe(function, kind, &api, count);
}

DeviceState* OpenedDevice(int32_t kind, int32_t ordinal) {
  if (kind <= NUMRS_CPU || kind >= kDeviceKinds || ordinal < 0 || ordinal >= kMostDevices) return nullptr;
  return devices[kind][ordinal].load(std::memory_order_acquire);
}

Status OpenDevice(const char* function, int32_t kind, int32_t ordinal, DeviceState** state) {
  if (kind <= NUMRS_CPU || kind >= kDeviceKinds) return BadKind(function, kind);
  if (ordinal < 0)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: the number of the device is %d, expected 0 or more", function, ordinal);
  *state = OpenedDevice(kind, ordinal);
  if (*state) return CheckAlive(function, **state);
  const Lock lock;
  *state = OpenedDevice(kind, ordinal);
  if (*state) return NUMRS_OK;
  const DeviceApi* api;
  int32_t count;
  NUMRS_TRY(Probe(function, kind, &api, &count));
  if (ordinal >= count) {
    return Fail(NUMRS_NO_DEVICE, "%s: there is no %s:%d, this machine has %d device%s of that kind", function,
                KindName(kind), ordinal, count, count == 1 ? "" : "s");
  }
  pthread_once(&once, Register);
  Device* handle = nullptr;
  NUMRS_TRY(api->open(ordinal, &handle));
  DeviceStream* stream = nullptr;
  NUMRS_TRY(api->stream_create(handle, &stream));
  DeviceState* opened = new (std::nothrow) DeviceState;
  DevicePool* pool = opened ? MakeDevicePool(opened) : nullptr;
  if (!pool) {
    delete opened;
    api->stream_free(stream);
    return Fail(NUMRS_NO_MEMORY, "%s: no memory for what is known of a device", function);
  }
  opened->api = api;
  opened->handle = handle;
  opened->stream = stream;
  opened->pool = pool;
  opened->kind = kind;
  opened->ordinal = ordinal;
  std::snprintf(opened->name, sizeof(opened->name), "%s:%d", KindName(kind), ordinal);
  opened->use = NoteStream(*opened, stream, false);
  devices[kind][ordinal].store(opened, std::memory_order_release);
  *state = opened;
  return NUMRS_OK;
}

Status OpenPlugin(const char* function, const char* path) {
  if (!path || path[0] != '/')
    return Fail(NUMRS_BAD_ARGUMENT, "%s: path is %s, expected an absolute path", function, path ? path : "NULL");
  if (getauxval(AT_SECURE))
    return Fail(NUMRS_BAD_ARGUMENT, "%s: refused in a program that runs with other rights than its user's", function);
  const Lock lock;
  Plugin plugin{};
  NUMRS_TRY(Load(function, path, &plugin));
  for (int32_t kind = 1; kind < kDeviceKinds; kind++) {
    if (std::strcmp(KindName(kind), plugin.api->kind) != 0) continue;
    if (plugins[kind].api == plugin.api) return NUMRS_OK;
    if (plugins[kind].api)
      return Fail(NUMRS_BAD_ARGUMENT, "%s: the plug-in for %s is open already: %s", function, KindName(kind),
                  plugins[kind].path);
    plugins[kind] = plugin;
    return NUMRS_OK;
  }
  return Fail(NUMRS_NO_DEVICE, "%s: the plug-in %s is for devices \"%s\", which this version does not know", function,
              path, plugin.api->kind);
}

const char* PluginPath(int32_t kind) {
  const Lock lock;
  return kind > 0 && kind < kDeviceKinds && plugins[kind].api ? plugins[kind].path : nullptr;
}

Status CheckAlive(const char* function, const DeviceState& state) {
  if (!state.lost.load(std::memory_order_acquire)) return NUMRS_OK;
  return Fail(
      NUMRS_DEVICE_FAILED,
      "%s: device %s is lost (%s); what was on it is gone: restart the process to use it again, the CPU works on",
      function, state.name, state.why);
}

Status Answer(const char* function, DeviceState& state, Status status) {
  if (status == NUMRS_OK) return status;
  char text[kMessageBytes];
  std::snprintf(text, sizeof(text), "%s", Message());
  if (status == NUMRS_DEVICE_FAILED) {
    MarkLost(state, *text ? text : "a kernel failed");
    return CheckAlive(function, state);
  }
  if (status == NUMRS_UNSUPPORTED)
    return Fail(status, "%.*s on device %s; move the operands with .to('cpu')", 400, *text ? text : function,
                state.name);
  return status;
}

Status ToHost(const Run& run, const char* function, void* host, const void* from, size_t bytes) {
  if (run.device) return DeviceCopy(function, *run.device, host, from, bytes, CopyDirection::TO_HOST, true);
  std::memcpy(host, from, bytes);
  return NUMRS_OK;
}
Status ToDevice(const Run& run, const char* function, void* to, const void* host, size_t bytes) {
  if (run.device) return DeviceCopy(function, *run.device, to, host, bytes, CopyDirection::TO_DEVICE, true);
  std::memcpy(to, host, bytes);
  return NUMRS_OK;
}

Status NoKernel(const char* function, const DeviceState& state) {
  return Fail(NUMRS_UNSUPPORTED, "%s: no kernel on device %s; move the operands with .to('cpu')", function, state.name);
}

Status CheckOtherContext(const numrs_context* context, const char* function, bool devices) {
  if (context->magic != kDeviceMagic)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: context is not a live numrs_context", function);
  const DeviceState& state = *context->device.state;
  NUMRS_TRY(CheckAlive(function, state));
  return devices ? static_cast<Status>(NUMRS_OK) : NoKernel(function, state);
}

}  // namespace numrs
