/** All formats known by their shape, tried in this order. Adding one is a file and a line here. */
import { accessLog } from './access-log.ts';
import { apacheError } from './apache-error.ts';
import type { Format } from './format.ts';
import { gunicorn } from './gunicorn.ts';
import { klog } from './klog.ts';
import { mysql } from './mysql.ts';
import { nginxError } from './nginx-error.ts';
import { postgres } from './postgres.ts';
import { redis } from './redis.ts';
import { requestLine } from './request-line.ts';
import { uwsgi } from './uwsgi.ts';

export const FORMATS: readonly Format[] = [
  accessLog,
  requestLine,
  nginxError,
  apacheError,
  gunicorn,
  uwsgi,
  postgres,
  mysql,
  redis,
  klog,
];
