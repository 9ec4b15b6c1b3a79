import type { AuditAction } from "@ticketing/proto/operations/v1/audit_entry";
import { isDuplicateKey } from "@ticketing/runtime/documents/duplicate-key";
import { byNewest, newestFirst } from "@ticketing/runtime/documents/newest-first";
import type { Db, Filter } from "mongodb";

/** One act of an operator. `_id` is the id of the event that told of it: `<id>:<version>`. */
export interface AuditRow {
  _id: string;
  action: AuditAction;
  operatorId: string;
  subjectId: string;
  reason: string;
  detail: string;
  /** When it was done. */
  createTime: Date;
}

/** An act as it is stored. The time is no date: by an index, the database would take out what has one. */
type StoredRow = Omit<AuditRow, "createTime"> & { createTime: number };

/** What operators did. Entries are added and read; nothing changes one or takes it out. */
export interface AuditLog {
  /** Adds an entry. One that is there already stays as it is. */
  append(row: AuditRow): Promise<void>;
  /** A page of the acts of an operator, or on a subject, newest first; empty: of all. Throws BAD_PAGE_TOKEN. */
  list(
    of: { operatorId: string; subjectId: string },
    page: { pageSize: number; pageToken: string },
  ): Promise<{ documents: AuditRow[]; nextPageToken: string }>;
}

/** The log in `audit_log`, of which the service's database user may only read, and add to it (k8s/engines/mongodb). */
export async function createAuditLog(db: Db): Promise<AuditLog> {
  const rows = db.collection<StoredRow>("audit_log");
  await rows.createIndex(byNewest);
  await rows.createIndex({ operatorId: 1, ...byNewest });
  await rows.createIndex({ subjectId: 1, ...byNewest });
  return {
    async append(row) {
      try {
        await rows.insertOne({ ...row, createTime: row.createTime.getTime() });
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
      }
    },

    async list({ operatorId, subjectId }, page) {
      const filter: Filter<StoredRow> = {
        ...(operatorId && { operatorId }),
        ...(subjectId && { subjectId }),
      };
      const found = await newestFirst<StoredRow>(rows, filter, page, (time) => time.getTime());
      const documents = found.documents.map((row) => ({ ...row, createTime: new Date(row.createTime) }));
      return { ...found, documents };
    },
  };
}
