/** How often the operators' page reads again while it is visible. */
export const refresh = { refetchInterval: 3_000, staleTime: 0 } as const;
