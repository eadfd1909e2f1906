# numrs from Perl by FFI::Platypus: double[n] takes an array reference and brings the results back into it.
use strict;
use warnings;
use FFI::Platypus 1.00;

my $ffi = FFI::Platypus->new(api => 1, lib => 'libnumrs.so.1');    # from the loader's path, such as LD_LIBRARY_PATH
$ffi->attach(numrs_version         => []         => 'string');
$ffi->attach(numrs_abi             => []         => 'sint32');
$ffi->attach(numrs_message         => []         => 'string');
$ffi->attach(numrs_status_name     => ['sint32'] => 'string');
$ffi->attach(numrs_set_num_threads => ['sint32'] => 'sint32');
$ffi->attach(numrs_get_num_threads => []         => 'sint32');
$ffi->attach(numrs_add_f64 => ['opaque', 'double[4]', 'double[4]', 'double[4]', 'sint64'] => 'sint32');
$ffi->attach(numrs_exp_f64 => ['opaque', 'double[4]', 'double[4]', 'sint64'] => 'sint32');
$ffi->attach(numrs_sum_f64 => ['opaque', 'double[12]', 'double[4]', ('sint64') x 3] => 'sint32');
$ffi->attach(numrs_matmul_f64 => ['opaque', 'double[6]', 'double[6]', 'double[4]', ('sint64') x 4] => 'sint32');

sub failure { my ($status) = @_; return "$status " . numrs_status_name($status) . ': ' . numrs_message() }
sub check   { my ($status) = @_; die failure($status) if $status }
sub show    { my ($label, @y) = @_; printf "%s %.3f %.3f %.3f %.3f\n", $label, @y }

my @y = (0, 0, 0, 0);
printf "numrs %s abi %d\n", numrs_version(), numrs_abi() / 1000;

check(numrs_add_f64(undef, [1, 2, 3, 4], [10, 20, 30, 40], \@y, 4));
show('add', @y);
check(numrs_exp_f64(undef, [0, 1, 2, -1], \@y, 4));
show('exp', @y);

# A (2, 3, 2) array in C order, summed over its middle axis.
check(numrs_sum_f64(undef, [1 .. 12], \@y, 2, 3, 2));
show('sum', @y);

# One product of (2, 3) and (3, 2).
check(numrs_matmul_f64(undef, [1 .. 6], [7 .. 12], \@y, 1, 2, 3, 2));
show('matmul', @y);

print 'error ', failure(numrs_matmul_f64(undef, [1 .. 6], [7 .. 12], \@y, 1, -2, 3, 2)), "\n";

check(numrs_set_num_threads(2));
printf "threads %d\n", numrs_get_num_threads();
