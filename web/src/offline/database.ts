// What a driver's phone keeps: the outbox of actions, positions not yet handed in, and the day as last seen.

import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { PositionReport } from "../api/endpoints";
import type { Id, Ms } from "../api/types";

/** An action of the driver that the server has not acknowledged. */
export interface Entry {
  /** Given by the database; the order of replay. */
  id?: number;
  /** The server carries it out at most once under this key. */
  key: string;
  path: string;
  body: Record<string, unknown>;
  /** By this phone's clock. The server is told the age, so a wrong clock does no harm. */
  madeAt: Ms;
  /** Whether the server takes an age. */
  isAged: boolean;
  /** For people: `J-000131: arrived`. */
  label: string;
  job: Id | null;
  /** Why the server said no; such an entry waits for a person. */
  refusal: string | null;
}

export interface KeptPosition extends Omit<PositionReport, "age_ms"> {
  at: Ms;
}

interface Schema extends DBSchema {
  outbox: { key: number; value: Entry };
  positions: { key: number; value: KeptPosition };
  kept: { key: string; value: unknown };
}

export type Database = IDBPDatabase<Schema>;

export function openDatabase(): Promise<Database> {
  return openDB<Schema>("sortie-driver", 1, {
    upgrade(database) {
      database.createObjectStore("outbox", { keyPath: "id", autoIncrement: true });
      database.createObjectStore("positions", { autoIncrement: true });
      database.createObjectStore("kept");
    },
  });
}
