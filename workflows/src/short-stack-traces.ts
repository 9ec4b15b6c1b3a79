/**
 * The SDK takes a stack trace of each promise of a workflow and maps every frame of it to the sources, for a query that
 * nobody makes: a fifth of what a worker spent on a workflow. One frame tells where an error was thrown, and the history
 * tells the steps before. It is set before the SDK freezes the globals that workflows share.
 */
Error.stackTraceLimit = 1;
