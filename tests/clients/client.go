// numrs from Go by cgo, which finds it through pkg-config.
package main

// #cgo pkg-config: numrs
// #include <numrs/numrs.h>
import "C"

import (
	"fmt"
	"os"
	"runtime"
)

// A status and the message of a failed call. The message belongs to the thread, so a goroutine stays on its own from the
// call to the reading of it: runtime.LockOSThread.
func failure(status C.numrs_status) error {
	if status == C.NUMRS_OK {
		return nil
	}
	return fmt.Errorf("%d %s: %s", status, C.GoString(C.numrs_status_name(status)), C.GoString(C.numrs_message()))
}

func check(status C.numrs_status) {
	if err := failure(status); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func show(label string, y [4]C.double) {
	fmt.Printf("%s %.3f %.3f %.3f %.3f\n", label, y[0], y[1], y[2], y[3])
}

func main() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	a, b, x := []C.double{1, 2, 3, 4}, []C.double{10, 20, 30, 40}, []C.double{0, 1, 2, -1}
	left, right := []C.double{1, 2, 3, 4, 5, 6}, []C.double{7, 8, 9, 10, 11, 12}
	cube := []C.double{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
	var y [4]C.double

	fmt.Printf("numrs %s abi %d\n", C.GoString(C.numrs_version()), C.numrs_abi()/1000)

	check(C.numrs_add_f64(nil, &a[0], &b[0], &y[0], 4))
	show("add", y)
	check(C.numrs_exp_f64(nil, &x[0], &y[0], 4))
	show("exp", y)

	// A (2, 3, 2) array in C order, summed over its middle axis.
	check(C.numrs_sum_f64(nil, &cube[0], &y[0], 2, 3, 2))
	show("sum", y)

	// One product of (2, 3) and (3, 2).
	check(C.numrs_matmul_f64(nil, &left[0], &right[0], &y[0], 1, 2, 3, 2))
	show("matmul", y)

	fmt.Println("error", failure(C.numrs_matmul_f64(nil, &left[0], &right[0], &y[0], 1, -2, 3, 2)))

	check(C.numrs_set_num_threads(2))
	fmt.Printf("threads %d\n", C.numrs_get_num_threads())
}
