// Convolutions as matrix products: windows laid out as columns, a part of the images at a time, then the product of
// lib/cuda/matmul.h. Sums over windows (the gradient of the input) in the order of the kernel's elements.
#include "core/nn_conv.h"
#include "cuda/elementwise.h"
#include "cuda/launch.h"
#include "cuda/matmul.h"
#include "cuda/plugin.h"
#include "cuda/reduce.h"
#include "ops/common.h"

namespace numrs {
namespace cuda {
namespace {

// Of columns at a time; results of an image from which on it has a product of its own, written where it belongs,
// rather than one with its neighbours, copied there. Little on the host: tests see many parts.
#ifdef NUMRS_CUDA_EMULATED
constexpr int64_t kColumnBytes = 8192, kManyPixels = 20;
#else
constexpr int64_t kColumnBytes = int64_t{128} << 20, kManyPixels = 256;
#endif

struct WindowArgs {
  const char* image;  // (channels, h, w) of each image, `image_step` elements apart
  char* columns;      // (channels, kernel) rows of (images, oh, ow)
  int64_t channels, h, w, oh, ow, images, image_step;
  int64_t kernel[2], stride[2], dilation[2], padding[2];
  Walk walk;  // columns: (channel, tap row, tap column, image, row, column); images: (image, channel, row, column)
};

// Elements of columns: what the windows see, 0 beyond the image.
template <typename Word>
__global__ void __launch_bounds__(kThreads) WindowsKernel(const WindowArgs a, int64_t size) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (i >= size) return;
  const int64_t strides[3][kLoops] = {{a.h * a.w, 0, 0, a.image_step, 0, 0},
                                      {0, a.dilation[0], 0, 0, a.stride[0], 0},
                                      {0, 0, a.dilation[1], 0, 0, a.stride[1]}};
  int64_t at[3];
  a.walk.At<3>(i, strides, at);
  const int64_t r = at[1] - a.padding[0], c = at[2] - a.padding[1];
  const bool inside = r >= 0 && r < a.h && c >= 0 && c < a.w;
  reinterpret_cast<Word*>(a.columns)[i] =
      inside ? reinterpret_cast<const Word*>(a.image)[at[0] + r * a.w + c] : Word(0);
}

// Elements of images: the sum of what the windows over them have there.
template <typename T>
__global__ void __launch_bounds__(kThreads) ImagesKernel(const WindowArgs a, int64_t size, const T* bias, T* to) {
  using C = ops::ComputeOf<T>;
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (i >= size) return;
  const int64_t strides[4][kLoops] = {{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}};
  int64_t at[4];
  a.walk.At<4>(i, strides, at);
  const int64_t image = at[0], channel = at[1], pixels = a.images * a.oh * a.ow;
  const T* columns =
      reinterpret_cast<const T*>(a.columns) + channel * a.kernel[0] * a.kernel[1] * pixels + image * a.oh * a.ow;
  C sum = 0;
  for (int64_t p = 0; p < a.kernel[0]; p++) {
    const int64_t r = at[2] + a.padding[0] - p * a.dilation[0];
    if (r < 0 || r % a.stride[0] != 0 || r / a.stride[0] >= a.oh) continue;
    for (int64_t q = 0; q < a.kernel[1]; q++) {
      const int64_t c = at[3] + a.padding[1] - q * a.dilation[1];
      if (c < 0 || c % a.stride[1] != 0 || c / a.stride[1] >= a.ow) continue;
      sum += static_cast<C>(columns[(p * a.kernel[1] + q) * pixels + r / a.stride[0] * a.ow + c / a.stride[1]]);
    }
  }
  if (bias) sum += static_cast<C>(bias[channel]);
  to[image * a.image_step + channel * a.h * a.w + at[2] * a.w + at[3]] = static_cast<T>(sum);
}

// y (images, channels, pixels) += bias of its channel.
Status AddBias(DeviceStream* stream, const ConvJob& job, const void* bias, void* y, int64_t channels, int64_t pixels) {
  const int64_t shape[] = {job.n, channels, pixels}, column[] = {channels, 1};
  const View to = ContiguousView(y, job.dtype, 3, shape);
  const View from = ContiguousView(const_cast<void*>(bias), job.dtype, 2, column);
  const View* views[] = {&to, &from, &to};
  return LaunchElements(stream, job.function, BinaryEntries()[kBinary_add][job.dtype], 3, views);
}

class Conv {
 public:
  Conv(DeviceStream* stream, const ConvCall& call)
      : stream_(stream),
        call_(call),
        job_(call.job),
        size_(SizeOf(job_.dtype)),
        in_(job_.InPerGroup()),
        out_(job_.OutPerGroup()),
        depth_(in_ * job_.Taps()),
        pixels_(job_.oh * job_.ow),
        columns_(stream),
        turned_(stream) {
    plain_ = job_.Taps() == 1 && job_.stride[0] == 1 && job_.stride[1] == 1 && job_.padding[0] == 0 &&
             job_.padding[1] == 0 && job_.h == job_.oh && job_.w == job_.ow;
    const int64_t each = depth_ * pixels_ * size_;
    part_ = each > 0 && kColumnBytes / each < job_.n ? kColumnBytes / each : job_.n;
    part_ = part_ < 1 ? 1 : part_;
  }

  Status Run() {
    const bool weights = call_.way == ConvWay::WEIGHTS;
    if (!plain_ || weights) {
      NUMRS_TRY(columns_.Take(part_ * depth_ * pixels_ * size_));
      NUMRS_TRY(turned_.Take(part_ * out_ * pixels_ * size_));
    }
    for (int64_t group = 0; group < job_.groups; group++) {
      for (int64_t first = 0; first < job_.n; first += part_) {
        const int64_t images = job_.n - first < part_ ? job_.n - first : part_;
        NUMRS_TRY(plain_ ? Plain(group, first, images) : Windows(group, first, images));
      }
    }
    return NUMRS_OK;
  }

 private:
  // (images, channels, pixels) of x or y for a group, from an image on.
  View Side(void* data, int64_t channels, int64_t per_group, int64_t pixels, int64_t group, int64_t first,
            int64_t images) const {
    const int64_t shape[] = {images, per_group, pixels};
    View v = ContiguousView(static_cast<char*>(data) + (first * channels + group * per_group) * pixels * size_,
                            job_.dtype, 3, shape);
    v.strides[0] = channels * pixels * size_;
    return v;
  }
  View Weight(int64_t group) const {
    const int64_t shape[] = {out_, depth_};
    return ContiguousView(static_cast<char*>(call_.weight) + group * out_ * depth_ * size_, job_.dtype, 2, shape);
  }
  static View Repeated(const View& matrix, int64_t images) {
    View v = matrix;
    v.ndim = 3;
    v.shape[0] = images;
    v.strides[0] = 0;
    for (int d = 0; d < 2; d++) {
      v.shape[d + 1] = matrix.shape[d];
      v.strides[d + 1] = matrix.strides[d];
    }
    v.size = images * matrix.size;
    return v;
  }
  static View Turned(View v) {
    const int rows = v.ndim - 2, cols = v.ndim - 1;
    const int64_t extent = v.shape[rows], stride = v.strides[rows];
    v.shape[rows] = v.shape[cols];
    v.strides[rows] = v.strides[cols];
    v.shape[cols] = extent;
    v.strides[cols] = stride;
    return v;
  }
  // (images, channels, pixels) as (channels, images, pixels).
  static View ChannelsFirst(View v) {
    const int64_t extent = v.shape[0], stride = v.strides[0];
    v.shape[0] = v.shape[1];
    v.strides[0] = v.strides[1];
    v.shape[1] = extent;
    v.strides[1] = stride;
    return v;
  }
  Status Product(const View& a, const View& b, const View& y, double beta) {
    return Run_matmul(stream_, MatmulJob{job_.function, a, b, y, job_.dtype, 1, beta});
  }

  // Kernels of one element: x is what the windows see.
  Status Plain(int64_t group, int64_t first, int64_t images) {
    const View x = Side(call_.x, job_.c_in, in_, pixels_, group, first, images);
    const View y = Side(call_.y, job_.c_out, out_, pixels_, group, first, images);
    const View w = Weight(group);
    if (call_.way == ConvWay::FORWARD) return Product(Repeated(w, images), x, y, 0);
    if (call_.way == ConvWay::INPUT) return Product(Repeated(Turned(w), images), y, x, 0);
    // (channels, images pixels) of both.
    const int64_t shape[] = {in_, images, pixels_};
    const View dense = ContiguousView(columns_.data(), job_.dtype, 3, shape);
    NUMRS_TRY(ConvertTo(stream_, job_.function, ChannelsFirst(x), dense));
    return Weights(group, first, images);
  }
  // weight (+)= y (out, images pixels) times columns (depth, images pixels) transposed.
  Status Weights(int64_t group, int64_t first, int64_t images) {
    const int64_t out_shape[] = {out_, images, pixels_};
    const View y = Side(call_.y, job_.c_out, out_, pixels_, group, first, images);
    NUMRS_TRY(
        ConvertTo(stream_, job_.function, ChannelsFirst(y), ContiguousView(turned_.data(), job_.dtype, 3, out_shape)));
    return Product(Matrix(turned_.data(), out_, images * pixels_),
                   Turned(Matrix(columns_.data(), depth_, images * pixels_)), Weight(group), first > 0 ? 1 : 0);
  }
  View Matrix(void* data, int64_t rows, int64_t cols) const {
    const int64_t shape[] = {rows, cols};
    return ContiguousView(data, job_.dtype, 2, shape);
  }

  WindowArgs ArgsOf(int64_t group, int64_t first, int64_t images) const {
    WindowArgs args{};
    args.image = static_cast<char*>(call_.x) + (first * job_.c_in + group * in_) * job_.h * job_.w * size_;
    args.columns = columns_.data();
    args.channels = in_;
    args.h = job_.h;
    args.w = job_.w;
    args.oh = job_.oh;
    args.ow = job_.ow;
    args.images = images;
    args.image_step = job_.c_in * job_.h * job_.w;
    for (int d = 0; d < 2; d++) {
      args.kernel[d] = job_.kernel[d];
      args.stride[d] = job_.stride[d];
      args.dilation[d] = job_.dilation[d];
      args.padding[d] = job_.padding[d];
    }
    return args;
  }
  Status Windows(int64_t group, int64_t first, int64_t images) {
    WindowArgs args = ArgsOf(group, first, images);
    const int64_t size = depth_ * images * pixels_;
    const View columns = Matrix(columns_.data(), depth_, images * pixels_);
    const int64_t out_shape[] = {out_, images, pixels_};
    const View y = Side(call_.y, job_.c_out, out_, pixels_, group, first, images);
    const View between = ContiguousView(turned_.data(), job_.dtype, 3, out_shape);
    const View dense = Matrix(turned_.data(), out_, images * pixels_);
    if (size / kThreads >> 31) return Fail(NUMRS_UNSUPPORTED, "%s: windows of so many elements", job_.function);
    const bool apart = images == 1 || pixels_ >= kManyPixels;
    const int64_t column_shape[] = {images, depth_, pixels_};
    View of_images = ContiguousView(columns_.data(), job_.dtype, 3, column_shape);
    of_images.strides[0] = pixels_ * size_;
    of_images.strides[1] = images * pixels_ * size_;
    if (call_.way == ConvWay::INPUT) {
      if (apart) {
        NUMRS_TRY(Product(Repeated(Turned(Weight(group)), images), y, of_images, 0));
      } else {
        NUMRS_TRY(ConvertTo(stream_, job_.function, ChannelsFirst(y), between));
        NUMRS_TRY(Product(Turned(Weight(group)), dense, columns, 0));
      }
      const int64_t shape[] = {images, in_, job_.h, job_.w}, count = images * in_ * job_.h * job_.w;
      args.walk = MakeWalk(4, shape);
      char* const to = const_cast<char*>(args.image);
      const dim3 grid(Blocks(count, kThreads)), block(kThreads);
      const char* bias = call_.bias ? static_cast<const char*>(call_.bias) + group * in_ * size_ : nullptr;
      switch (job_.dtype) {
        case kF16:
          return LaunchImages<Half>(args, count, bias, to, grid, block);
        case kBF16:
          return LaunchImages<BFloat16>(args, count, bias, to, grid, block);
        case kF32:
          return LaunchImages<float>(args, count, bias, to, grid, block);
        default:
          return LaunchImages<double>(args, count, bias, to, grid, block);
      }
    }
    const int64_t shape[] = {in_, job_.kernel[0], job_.kernel[1], images, job_.oh, job_.ow};
    args.walk = MakeWalk(6, shape);
    NUMRS_TRY(Launch(stream_, job_.function,
                     size_ == 2   ? WindowsKernel<uint16_t>
                     : size_ == 4 ? WindowsKernel<uint32_t>
                                  : WindowsKernel<uint64_t>,
                     dim3(Blocks(size, kThreads)), dim3(kThreads), args, size));
    if (call_.way == ConvWay::WEIGHTS) return Weights(group, first, images);
    if (apart) return Product(Repeated(Weight(group), images), of_images, y, 0);
    NUMRS_TRY(Product(Weight(group), columns, dense, 0));
    return ConvertTo(stream_, job_.function, ChannelsFirst(between), y);
  }
  template <typename T>
  Status LaunchImages(const WindowArgs& args, int64_t count, const char* bias, char* to, dim3 grid, dim3 block) {
    return Launch(stream_, job_.function, ImagesKernel<T>, grid, block, args, count, reinterpret_cast<const T*>(bias),
                  reinterpret_cast<T*>(to));
  }

  DeviceStream* stream_;
  const ConvCall& call_;
  const ConvJob& job_;
  int64_t size_, in_, out_, depth_, pixels_, part_;
  bool plain_;
  Scratch columns_, turned_;
};

}  // namespace

Status Run_conv(DeviceStream* stream, const ConvCall& call) {
  NUMRS_TRY(Use(stream->device));
  const ConvJob& job = call.job;
  const int32_t dtype = job.dtype;
  if (dtype != kF16 && dtype != kBF16 && dtype != kF32 && dtype != kF64) return NoKernelFor(job.function, dtype);
  const bool weights = call.way == ConvWay::WEIGHTS, input = call.way == ConvWay::INPUT;
  const int64_t in_pixels = job.h * job.w, out_pixels = job.oh * job.ow;
  const int64_t depth = job.InPerGroup() * job.Taps();
  void* const to = weights ? call.weight : input ? call.x : call.y;
  const int64_t size = weights ? job.c_out * depth
                       : input ? job.n * job.c_in * in_pixels
                               : job.n * job.c_out * out_pixels;
  if (size == 0) return NUMRS_OK;
  // An empty sum.
  const bool empty = weights ? job.n * out_pixels == 0
                     : input ? job.OutPerGroup() * job.Taps() * out_pixels == 0
                             : depth == 0;
  if (empty) {
    NUMRS_TRY(Fill(stream, to, 0, static_cast<size_t>(size * SizeOf(dtype))));
  } else {
    NUMRS_TRY(Conv(stream, call).Run());
  }
  if (!call.bias || weights) return NUMRS_OK;
  if (!input) return AddBias(stream, job, call.bias, call.y, job.c_out, out_pixels);
  const bool plain = job.Taps() == 1 && job.stride[0] == 1 && job.stride[1] == 1 && job.padding[0] == 0 &&
                     job.padding[1] == 0 && job.h == job.oh && job.w == job.ow;
  return plain || empty ? AddBias(stream, job, call.bias, call.x, job.c_in, in_pixels) : static_cast<Status>(NUMRS_OK);
}

}  // namespace cuda
}  // namespace numrs
