{ numrs from Free Pascal: external functions with the C calling convention, linked by the flags of pkg-config. }
program Client;

{$mode objfpc}{$H+}
{$linklib c} { the loader and the start-up code of C programs }

function numrs_version: PChar; cdecl; external;
function numrs_abi: LongInt; cdecl; external;
function numrs_message: PChar; cdecl; external;
function numrs_status_name(status: LongInt): PChar; cdecl; external;
function numrs_set_num_threads(threads: LongInt): LongInt; cdecl; external;
function numrs_get_num_threads: LongInt; cdecl; external;
function numrs_add_f64(context: Pointer; a, b, y: PDouble; n: Int64): LongInt; cdecl; external;
function numrs_exp_f64(context: Pointer; x, y: PDouble; n: Int64): LongInt; cdecl; external;
function numrs_sum_f64(context: Pointer; x, y: PDouble; outer, n, inner: Int64): LongInt; cdecl; external;
function numrs_matmul_f64(context: Pointer; a, b, y: PDouble; batch, m, k, n: Int64): LongInt; cdecl; external;

var
  a: array[0..3] of Double = (1, 2, 3, 4);
  b: array[0..3] of Double = (10, 20, 30, 40);
  x: array[0..3] of Double = (0, 1, 2, -1);
  left: array[0..5] of Double = (1, 2, 3, 4, 5, 6);
  right: array[0..5] of Double = (7, 8, 9, 10, 11, 12);
  cube: array[0..11] of Double = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
  y: array[0..3] of Double;
  status: LongInt;

procedure Check(status: LongInt);
begin
  if status = 0 then Exit;
  WriteLn(StdErr, numrs_status_name(status), ': ', numrs_message);
  Halt(1);
end;

procedure Show(const text: string);
begin
  WriteLn(text, ' ', y[0]:0:3, ' ', y[1]:0:3, ' ', y[2]:0:3, ' ', y[3]:0:3);
end;

begin
  WriteLn('numrs ', numrs_version, ' abi ', numrs_abi div 1000);

  Check(numrs_add_f64(nil, @a, @b, @y, 4));
  Show('add');
  Check(numrs_exp_f64(nil, @x, @y, 4));
  Show('exp');

  { A (2, 3, 2) array in C order, summed over its middle axis. }
  Check(numrs_sum_f64(nil, @cube, @y, 2, 3, 2));
  Show('sum');

  { One product of (2, 3) and (3, 2). }
  Check(numrs_matmul_f64(nil, @left, @right, @y, 1, 2, 3, 2));
  Show('matmul');

  status := numrs_matmul_f64(nil, @left, @right, @y, 1, -2, 3, 2);
  WriteLn('error ', status, ' ', numrs_status_name(status), ': ', numrs_message);

  Check(numrs_set_num_threads(2));
  WriteLn('threads ', numrs_get_num_threads);
end.
