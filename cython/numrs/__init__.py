"""numrs: numeric kernels that are exact, give the same bits everywhere, and run at the limit of the machine."""
from numrs._ops.elementwise_arithmetic import add
