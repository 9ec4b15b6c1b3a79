/**
 * What is made, with errors that have no stack: for those that repeat another error, whose own says where it came
 * from. A stack is most of what such an error costs.
 */
export function withoutStack<T>(make: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
