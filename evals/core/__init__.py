"""The words of an evaluation: Case, Task, Score or Failure, Run; running, summing up and comparing them."""
