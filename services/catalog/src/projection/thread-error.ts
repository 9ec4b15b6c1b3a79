/** An error as far as it passes between threads: SQLite's code goes with it. */
export interface ThreadError {
  message: string;
  errcode?: number | undefined;
}

export function toThreadError(error: unknown): ThreadError {
  const { message = String(error), errcode } = (error ?? {}) as Partial<ThreadError>;
  return { message, errcode };
}

export const fromThreadError = ({ message, errcode }: ThreadError): Error =>
  Object.assign(new Error(message), { errcode });
