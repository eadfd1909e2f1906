! numrs from Fortran by iso_c_binding. Arrays are passed as they lie in memory: a C-order (m, n) matrix is Fortran's (n, m).
module numrs
  use, intrinsic :: iso_c_binding
  implicit none
  interface
    function numrs_version() bind(c) result(text)
      import; type(c_ptr) :: text
    end function
    function numrs_abi() bind(c) result(abi)
      import; integer(c_int32_t) :: abi
    end function
    function numrs_message() bind(c) result(text)
      import; type(c_ptr) :: text
    end function
    function numrs_status_name(status) bind(c) result(text)
      import; integer(c_int32_t), value :: status; type(c_ptr) :: text
    end function
    function numrs_set_num_threads(threads) bind(c) result(status)
      import; integer(c_int32_t), value :: threads; integer(c_int32_t) :: status
    end function
    function numrs_get_num_threads() bind(c) result(threads)
      import; integer(c_int32_t) :: threads
    end function
    function numrs_add_f64(context, a, b, y, n) bind(c) result(status)
      import; type(c_ptr), value :: context; real(c_double), intent(in) :: a(*), b(*); real(c_double), intent(out) :: y(*)
      integer(c_int64_t), value :: n; integer(c_int32_t) :: status
    end function
    function numrs_exp_f64(context, x, y, n) bind(c) result(status)
      import; type(c_ptr), value :: context; real(c_double), intent(in) :: x(*); real(c_double), intent(out) :: y(*)
      integer(c_int64_t), value :: n; integer(c_int32_t) :: status
    end function
    function numrs_sum_f64(context, x, y, outer, n, inner) bind(c) result(status)
      import; type(c_ptr), value :: context; real(c_double), intent(in) :: x(*); real(c_double), intent(out) :: y(*)
      integer(c_int64_t), value :: outer, n, inner; integer(c_int32_t) :: status
    end function
    function numrs_matmul_f64(context, a, b, y, batch, m, k, n) bind(c) result(status)
      import; type(c_ptr), value :: context; real(c_double), intent(in) :: a(*), b(*); real(c_double), intent(out) :: y(*)
      integer(c_int64_t), value :: batch, m, k, n; integer(c_int32_t) :: status
    end function
    function c_strlen(text) bind(c, name='strlen') result(length)
      import; type(c_ptr), value :: text; integer(c_size_t) :: length
    end function
  end interface
contains
  function string(text)
    type(c_ptr), intent(in) :: text
    character(:), allocatable :: string
    character(kind=c_char), pointer :: bytes(:)
    integer :: i
    call c_f_pointer(text, bytes, [c_strlen(text)])
    allocate (character(size(bytes)) :: string)
    do i = 1, size(bytes)
      string(i:i) = bytes(i)
    end do
  end function

  subroutine check(status)
    integer(c_int32_t), intent(in) :: status
    if (status == 0) return
    print '(4a)', string(numrs_status_name(status)), ': ', string(numrs_message())
    error stop
  end subroutine
end module

program client
  use numrs
  implicit none
  real(c_double) :: a(4) = [1, 2, 3, 4], b(4) = [10, 20, 30, 40], x(4) = [0, 1, 2, -1], y(4)
  real(c_double) :: left(6) = [1, 2, 3, 4, 5, 6], right(6) = [7, 8, 9, 10, 11, 12], cube(12)
  integer(c_int32_t) :: status
  integer :: i
  cube = [(real(i, c_double), i = 1, 12)]

  print '(3a,i0)', 'numrs ', string(numrs_version()), ' abi ', numrs_abi() / 1000

  call check(numrs_add_f64(c_null_ptr, a, b, y, 4_c_int64_t))
  call show('add')
  call check(numrs_exp_f64(c_null_ptr, x, y, 4_c_int64_t))
  call show('exp')

  ! A (2, 3, 2) array in C order, summed over its middle axis.
  call check(numrs_sum_f64(c_null_ptr, cube, y, 2_c_int64_t, 3_c_int64_t, 2_c_int64_t))
  call show('sum')

  ! One product of (2, 3) and (3, 2) in C order.
  call check(numrs_matmul_f64(c_null_ptr, left, right, y, 1_c_int64_t, 2_c_int64_t, 3_c_int64_t, 2_c_int64_t))
  call show('matmul')

  status = numrs_matmul_f64(c_null_ptr, left, right, y, 1_c_int64_t, -2_c_int64_t, 3_c_int64_t, 2_c_int64_t)
  print '(a,i0,5a)', 'error ', status, ' ', string(numrs_status_name(status)), ': ', string(numrs_message())

  call check(numrs_set_num_threads(2_c_int32_t))
  print '(a,i0)', 'threads ', numrs_get_num_threads()
contains
  subroutine show(label)
    character(*), intent(in) :: label
    character(12) :: words(4)
    write (words, '(f12.3)') y
    print '(a,4(1x,a))', label, (trim(adjustl(words(i))), i = 1, 4)
  end subroutine
end program
