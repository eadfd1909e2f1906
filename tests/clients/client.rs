// numrs from Rust without a crate: the functions used, as the C header declares them.
use std::ffi::CStr;
use std::os::raw::{c_char, c_void};
use std::ptr::null_mut;

extern "C" {
    fn numrs_version() -> *const c_char;
    fn numrs_abi() -> i32;
    fn numrs_message() -> *const c_char;
    fn numrs_status_name(status: i32) -> *const c_char;
    fn numrs_set_num_threads(threads: i32) -> i32;
    fn numrs_get_num_threads() -> i32;
    fn numrs_add_f64(context: *mut c_void, a: *const f64, b: *const f64, y: *mut f64, n: i64) -> i32;
    fn numrs_exp_f64(context: *mut c_void, x: *const f64, y: *mut f64, n: i64) -> i32;
    fn numrs_sum_f64(context: *mut c_void, x: *const f64, y: *mut f64, outer: i64, n: i64, inner: i64) -> i32;
    fn numrs_matmul_f64(context: *mut c_void, a: *const f64, b: *const f64, y: *mut f64, batch: i64, m: i64, k: i64, n: i64) -> i32;
}

fn text(pointer: *const c_char) -> String {
    unsafe { CStr::from_ptr(pointer).to_string_lossy().into_owned() } // never NULL
}

fn check(status: i32) -> Result<(), String> {
    if status == 0 {
        return Ok(());
    }
    Err(format!("{} {}: {}", status, text(unsafe { numrs_status_name(status) }), text(unsafe { numrs_message() })))
}

fn print(label: &str, y: &[f64; 4]) {
    println!("{} {:.3} {:.3} {:.3} {:.3}", label, y[0], y[1], y[2], y[3]);
}

fn main() -> Result<(), String> {
    let (a, b, x) = ([1.0, 2.0, 3.0, 4.0], [10.0, 20.0, 30.0, 40.0], [0.0, 1.0, 2.0, -1.0]);
    let (left, right) = ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [7.0, 8.0, 9.0, 10.0, 11.0, 12.0]);
    let cube: Vec<f64> = (1..=12).map(f64::from).collect();
    let mut y = [0.0; 4];
    unsafe {
        println!("numrs {} abi {}", text(numrs_version()), numrs_abi() / 1000);

        check(numrs_add_f64(null_mut(), a.as_ptr(), b.as_ptr(), y.as_mut_ptr(), 4))?;
        print("add", &y);
        check(numrs_exp_f64(null_mut(), x.as_ptr(), y.as_mut_ptr(), 4))?;
        print("exp", &y);

        // A (2, 3, 2) array in C order, summed over its middle axis.
        check(numrs_sum_f64(null_mut(), cube.as_ptr(), y.as_mut_ptr(), 2, 3, 2))?;
        print("sum", &y);

        // One product of (2, 3) and (3, 2).
        check(numrs_matmul_f64(null_mut(), left.as_ptr(), right.as_ptr(), y.as_mut_ptr(), 1, 2, 3, 2))?;
        print("matmul", &y);

        if let Err(error) = check(numrs_matmul_f64(null_mut(), left.as_ptr(), right.as_ptr(), y.as_mut_ptr(), 1, -2, 3, 2)) {
            println!("error {}", error);
        }

        check(numrs_set_num_threads(2))?;
        println!("threads {}", numrs_get_num_threads());
    }
    Ok(())
}
