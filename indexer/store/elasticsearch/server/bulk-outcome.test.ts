import { expect, test } from 'vitest';
import { failureOf, MAX_SERVER_ERRORS, outcomeOf, type BulkItem } from './bulk-outcome.ts';

const failed = (status: number, type: string, reason = 'why'): BulkItem => ({
  status,
  error: { type, reason },
});
const NOT_ENOUGH = 'all_bytes=9, primary_operation_bytes=71308076, max_primary_bytes=51897958]';
const BUSY = 'all_bytes=51000000, primary_operation_bytes=70000, max_primary_bytes=51897958]';
const FLOOD = 'index [a] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark];';

test.each<[string, BulkItem, string]>([
  ['created', { status: 201 }, 'stored'],
  ['updated, of which there is none', { status: 200 }, 'stored'],
  ['in the failure store of the server', { status: 201, failure_store: 'used' }, 'set_aside'],
  ['not in need of a failure store', { status: 201, failure_store: 'not_applicable_or_unknown' }, 'stored'],
  ['there already', failed(409, 'version_conflict_engine_exception'), 'there'],
  ['too many requests', failed(429, 'es_rejected_execution_exception', BUSY), 'retry'],
  [
    'more than the server can ever take',
    failed(429, 'es_rejected_execution_exception', NOT_ENOUGH),
    'refused',
  ],
  ['a circuit breaker', failed(429, 'circuit_breaking_exception'), 'retry'],
  ['a circuit breaker of old servers', failed(503, 'circuit_breaking_exception'), 'retry'],
  ['a rejection of old servers', failed(500, 'es_rejected_execution_exception'), 'retry'],
  ['a primary shard that is away', failed(503, 'unavailable_shards_exception'), 'retry'],
  ['a proxy without a server', { status: 502 }, 'retry'],
  ['a proxy that waited in vain', { status: 504 }, 'retry'],
  ['an error of the server', failed(500, 'null_pointer_exception'), 'retry'],
  ['no master yet', failed(503, 'cluster_block_exception', 'state not recovered'), 'retry'],
  ['a full disk', failed(429, 'cluster_block_exception', FLOOD), 'blocked'],
  [
    'a full disk of old servers',
    failed(403, 'cluster_block_exception', 'index read-only / allow delete'),
    'blocked',
  ],
  ['a read-only index', failed(403, 'cluster_block_exception', 'FORBIDDEN/8/index write (api)'), 'blocked'],
  ['a closed index', failed(400, 'index_closed_exception'), 'blocked'],
  ['no privilege', failed(403, 'security_exception'), 'blocked'],
  ['nobody', { status: 401 }, 'blocked'],
  ['no index', failed(404, 'index_not_found_exception'), 'missing'],
  ['another type than the mapping has', failed(400, 'document_parsing_exception'), 'refused'],
  ['a term too long', failed(400, 'illegal_argument_exception'), 'refused'],
])('%s: %j is %s', (_, item, is) => {
  expect(outcomeOf(item, 1).is).toBe(is);
});

test('only a full disk is one', () => {
  const isFull = (item: BulkItem) => (outcomeOf(item, 1) as { isFull: boolean }).isFull;
  expect(isFull(failed(429, 'cluster_block_exception', FLOOD))).toBe(true);
  expect(isFull(failed(403, 'cluster_block_exception', 'FORBIDDEN/8/index write (api)'))).toBe(false);
});

test('an error of the server that never ends is one of the document', () => {
  const item = failed(500, 'null_pointer_exception');
  expect(outcomeOf(item, MAX_SERVER_ERRORS - 1).is).toBe('retry');
  expect(outcomeOf(item, MAX_SERVER_ERRORS).is).toBe('refused');
});

test('a reason has its cause with it', () => {
  const error = { type: 't', reason: 'failed to parse', caused_by: { reason: 'For input string: "x"' } };
  expect(outcomeOf({ status: 400, error }, 1)).toEqual({
    is: 'refused',
    refusal: { type: 't', reason: 'failed to parse: For input string: "x"' },
  });
});

test.each([
  [null, 'retry'],
  [429, 'retry'],
  [500, 'retry'],
  [502, 'retry'],
  [503, 'retry'],
  [504, 'retry'],
  [408, 'retry'],
  [413, 'split'],
  [400, 'split'],
  [401, 'away'],
  [403, 'away'],
  [404, 'away'],
])('a request answered %s: %s', (status, failure) => {
  expect(failureOf(status)).toBe(failure);
});
