import type { SQLInputValue, StatementSync } from "node:sqlite";
import type { ProjectionView } from "../projection/view.ts";

/** What the names in a statement stand for; it may name fewer. */
export type Values = Record<string, SQLInputValue>;

/** Reads with statements that are prepared once for each text. The caller says which columns its text selects. */
export interface Statements {
  all<Row>(sql: string, values: Values): Row[];
  get<Row>(sql: string, values: Values): Row | undefined;
}

/** The statements of so many different texts are kept: there are more only for odd queries. */
const MOST_STATEMENTS = 500;

export function createStatements({
  db,
  beginReading,
  failed,
}: Pick<ProjectionView, "db" | "beginReading" | "failed">): Statements {
  const prepared = new Map<string, StatementSync>();
  const prepare = (sql: string): StatementSync => {
    const statement = db.prepare(sql);
    statement.setAllowUnknownNamedParameters(true);
    return statement;
  };
  const statement = (sql: string): StatementSync => {
    const found = prepared.get(sql) ?? prepare(sql);
    prepared.delete(sql);
    prepared.set(sql, found);
    if (prepared.size > MOST_STATEMENTS) prepared.delete(prepared.keys().next().value ?? sql);
    return found;
  };
  const told = <T>(read: () => T): T => {
    try {
      beginReading?.();
      return read();
    } catch (error) {
      failed(error);
      throw error;
    }
  };
  return {
    all: <Row>(sql: string, values: Values) => told(() => statement(sql).all(values) as unknown as Row[]),
    get: <Row>(sql: string, values: Values) => told(() => statement(sql).get(values) as Row | undefined),
  };
}
