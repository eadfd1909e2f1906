// numrs from C# (Mono or .NET) by DllImport; arrays are pinned for the call. Texts are the library's: they are read, not freed.
using System;
using System.Globalization;
using System.Runtime.InteropServices;

static class Client {
  const string Library = "libnumrs.so.1"; // from the loader's path, such as LD_LIBRARY_PATH

  [DllImport(Library)] static extern IntPtr numrs_version();
  [DllImport(Library)] static extern int numrs_abi();
  [DllImport(Library)] static extern IntPtr numrs_message();
  [DllImport(Library)] static extern IntPtr numrs_status_name(int status);
  [DllImport(Library)] static extern int numrs_set_num_threads(int threads);
  [DllImport(Library)] static extern int numrs_get_num_threads();
  [DllImport(Library)] static extern int numrs_add_f64(IntPtr context, double[] a, double[] b, [Out] double[] y, long n);
  [DllImport(Library)] static extern int numrs_exp_f64(IntPtr context, double[] x, [Out] double[] y, long n);
  [DllImport(Library)] static extern int numrs_sum_f64(IntPtr context, double[] x, [Out] double[] y,
                                                       long outer, long n, long inner);
  [DllImport(Library)] static extern int numrs_matmul_f64(IntPtr context, double[] a, double[] b, [Out] double[] y,
                                                          long batch, long m, long k, long n);

  static string Text(IntPtr text) { return Marshal.PtrToStringAnsi(text); }

  static string Failure(int status) {
    return status + " " + Text(numrs_status_name(status)) + ": " + Text(numrs_message());
  }

  static void Check(int status) {
    if (status != 0) throw new InvalidOperationException(Failure(status));
  }

  static void Show(string label, double[] y) {
    Console.WriteLine(string.Format(CultureInfo.InvariantCulture, "{0} {1:F3} {2:F3} {3:F3} {4:F3}",
                                    label, y[0], y[1], y[2], y[3]));
  }

  static void Main() {
    double[] left = {1, 2, 3, 4, 5, 6}, right = {7, 8, 9, 10, 11, 12}, y = new double[4];
    Console.WriteLine("numrs " + Text(numrs_version()) + " abi " + numrs_abi() / 1000);

    Check(numrs_add_f64(IntPtr.Zero, new double[] {1, 2, 3, 4}, new double[] {10, 20, 30, 40}, y, 4));
    Show("add", y);
    Check(numrs_exp_f64(IntPtr.Zero, new double[] {0, 1, 2, -1}, y, 4));
    Show("exp", y);

    // A (2, 3, 2) array in C order, summed over its middle axis.
    Check(numrs_sum_f64(IntPtr.Zero, new double[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, y, 2, 3, 2));
    Show("sum", y);

    // One product of (2, 3) and (3, 2).
    Check(numrs_matmul_f64(IntPtr.Zero, left, right, y, 1, 2, 3, 2));
    Show("matmul", y);

    Console.WriteLine("error " + Failure(numrs_matmul_f64(IntPtr.Zero, left, right, y, 1, -2, 3, 2)));

    Check(numrs_set_num_threads(2));
    Console.WriteLine("threads " + numrs_get_num_threads());
  }
}
