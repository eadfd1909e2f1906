<?php
// numrs from PHP by FFI (php -d ffi.enable=1): declarations as in the C header.
declare(strict_types=1);

$numrs = FFI::cdef('
    const char *numrs_version(void);
    int32_t numrs_abi(void);
    const char *numrs_message(void);
    const char *numrs_status_name(int32_t status);
    int32_t numrs_set_num_threads(int32_t threads);
    int32_t numrs_get_num_threads(void);
    int32_t numrs_add_f64(void *context, const double *a, const double *b, double *y, int64_t n);
    int32_t numrs_exp_f64(void *context, const double *x, double *y, int64_t n);
    int32_t numrs_sum_f64(void *context, const double *x, double *y, int64_t outer, int64_t n, int64_t inner);
    int32_t numrs_matmul_f64(void *context, const double *a, const double *b, double *y,
                             int64_t batch, int64_t m, int64_t k, int64_t n);
', 'libnumrs.so.1'); // from the loader's path, such as LD_LIBRARY_PATH

function doubles(float ...$numbers): FFI\CData
{
    $memory = FFI::new('double[' . count($numbers) . ']');
    foreach ($numbers as $i => $number) {
        $memory[$i] = $number;
    }
    return $memory;
}

function show(string $label, FFI\CData $y): void
{
    printf("%s %.3F %.3F %.3F %.3F\n", $label, $y[0], $y[1], $y[2], $y[3]);
}

$failure = fn(int $status): string => "$status {$numrs->numrs_status_name($status)}: {$numrs->numrs_message()}";
$check = function (int $status) use ($failure): void {
    if ($status !== 0) {
        throw new RuntimeException($failure($status));
    }
};

$y = doubles(0, 0, 0, 0);
printf("numrs %s abi %d\n", $numrs->numrs_version(), intdiv($numrs->numrs_abi(), 1000));

$check($numrs->numrs_add_f64(null, doubles(1, 2, 3, 4), doubles(10, 20, 30, 40), $y, 4));
show('add', $y);
$check($numrs->numrs_exp_f64(null, doubles(0, 1, 2, -1), $y, 4));
show('exp', $y);

// A (2, 3, 2) array in C order, summed over its middle axis.
$check($numrs->numrs_sum_f64(null, doubles(...range(1, 12)), $y, 2, 3, 2));
show('sum', $y);

// One product of (2, 3) and (3, 2).
$left = doubles(...range(1, 6));
$right = doubles(...range(7, 12));
$check($numrs->numrs_matmul_f64(null, $left, $right, $y, 1, 2, 3, 2));
show('matmul', $y);

echo 'error ', $failure($numrs->numrs_matmul_f64(null, $left, $right, $y, 1, -2, 3, 2)), "\n";

$check($numrs->numrs_set_num_threads(2));
echo 'threads ', $numrs->numrs_get_num_threads(), "\n";
