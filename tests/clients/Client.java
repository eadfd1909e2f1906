// numrs from Java by JNA: an interface with the C functions, arrays as they are.
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.util.Locale;

public class Client {
  interface Numrs extends Library {
    String numrs_version();
    int numrs_abi();
    String numrs_message();
    String numrs_status_name(int status);
    int numrs_set_num_threads(int threads);
    int numrs_get_num_threads();
    int numrs_add_f64(Pointer context, double[] a, double[] b, double[] y, long n);
    int numrs_exp_f64(Pointer context, double[] x, double[] y, long n);
    int numrs_sum_f64(Pointer context, double[] x, double[] y, long outer, long n, long inner);
    int numrs_matmul_f64(Pointer context, double[] a, double[] b, double[] y, long batch, long m, long k, long n);
  }

  // From the loader's path, such as LD_LIBRARY_PATH.
  static final Numrs numrs = Native.load("libnumrs.so.1", Numrs.class);

  static String failure(int status) {
    return status + " " + numrs.numrs_status_name(status) + ": " + numrs.numrs_message();
  }

  static void check(int status) {
    if (status != 0) throw new RuntimeException(failure(status));
  }

  static void show(String label, double[] y) {
    System.out.println(String.format(Locale.ROOT, "%s %.3f %.3f %.3f %.3f", label, y[0], y[1], y[2], y[3]));
  }

  public static void main(String[] arguments) {
    double[] left = {1, 2, 3, 4, 5, 6}, right = {7, 8, 9, 10, 11, 12}, y = new double[4];
    System.out.println("numrs " + numrs.numrs_version() + " abi " + numrs.numrs_abi() / 1000);

    check(numrs.numrs_add_f64(null, new double[] {1, 2, 3, 4}, new double[] {10, 20, 30, 40}, y, 4));
    show("add", y);
    check(numrs.numrs_exp_f64(null, new double[] {0, 1, 2, -1}, y, 4));
    show("exp", y);

    // A (2, 3, 2) array in C order, summed over its middle axis.
    check(numrs.numrs_sum_f64(null, new double[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, y, 2, 3, 2));
    show("sum", y);

    // One product of (2, 3) and (3, 2).
    check(numrs.numrs_matmul_f64(null, left, right, y, 1, 2, 3, 2));
    show("matmul", y);

    System.out.println("error " + failure(numrs.numrs_matmul_f64(null, left, right, y, 1, -2, 3, 2)));

    check(numrs.numrs_set_num_threads(2));
    System.out.println("threads " + numrs.numrs_get_num_threads());
  }
}
