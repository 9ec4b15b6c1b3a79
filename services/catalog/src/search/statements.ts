import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";

/** What the names in a statement stand for; it may name fewer. */
export type Values = Record<string, SQLInputValue>;

/** Reads with statements that are prepared once for each text. The caller says which columns its text selects. */
export interface Statements {
  all<Row>(sql: string, values: Values): Row[];
  get<Row>(sql: string, values: Values): Row | undefined;
}

/** The texts are made of a few parts: there are some hundreds at most. */
export function createStatements(db: DatabaseSync): Statements {
  const prepared = new Map<string, StatementSync>();
  const statement = (sql: string): StatementSync => {
    const known = prepared.get(sql);
    if (known) return known;
    const made = db.prepare(sql);
    made.setAllowUnknownNamedParameters(true);
    prepared.set(sql, made);
    return made;
  };
  return {
    all: <Row>(sql: string, values: Values) => statement(sql).all(values) as unknown as Row[],
    get: <Row>(sql: string, values: Values) => statement(sql).get(values) as Row | undefined,
  };
}
