/** What was typed into several lines as the one line that the contracts take, without space at either end. */
export const oneLine = (typed: string): string => typed.trim().replace(/\s+/g, " ");
