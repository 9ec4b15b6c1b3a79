/** Rows of a table for the RPCs of the operators' service, under its name and the one that it had before. */
export const underBothNames = <T>(rows: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(
    ["operations.v1", "catalog.v1"].flatMap((name) =>
      Object.entries(rows).map(([rpc, row]) => [`${name}.OperationsService/${rpc}`, row]),
    ),
  );
