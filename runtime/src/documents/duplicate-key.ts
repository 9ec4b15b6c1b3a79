import { MongoServerError } from "mongodb";

/** The code of a write that met another document with the same `_id` or unique field. */
export const DUPLICATE_KEY = 11_000;

/** Whether a write was refused because another document has the value of a unique index. */
export const isDuplicateKey = (error: unknown): error is MongoServerError =>
  error instanceof MongoServerError && error.code === DUPLICATE_KEY;
