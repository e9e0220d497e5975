import { join } from 'node:path';

const CONTAINER_ID = /^[0-9a-f]{64}$/;

/** Where the engine keeps the log of a container. Null for what is no id: nothing else of a container becomes part of a path. */
export const logFilePath = (id: string, containersDir: string): string | null =>
  CONTAINER_ID.test(id) ? join(containersDir, id, `${id}-json.log`) : null;
