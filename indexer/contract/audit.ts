/** What the engine has of one container's log: the collector reads it, the terminal compares it. No schema: it never crosses a wire. */

/** A record that the engine's log makes, by what its id is made of beside engine and container. */
export type AuditedRecord = { stream: 'stdout' | 'stderr'; stamp: string; ordinal: number };

/** `from`, `to`: the stamps that were read between, both inclusive. `oldest`: of the log's first record, null if there is none. */
export type EngineLog = {
  container: { id: string; name: string };
  from: string;
  to: string;
  oldest: string | null;
  records: AuditedRecord[];
};

export type AuditRefusal = { problems: string[] };
