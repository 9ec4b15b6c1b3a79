/** The operators' page reads again so often, while it is visible. */
export const refresh = { refetchInterval: 3_000, staleTime: 0 } as const;
