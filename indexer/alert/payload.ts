/** What a webhook carries: the event, its cause, and the evidence read from the store, in less than 20 kB. */
import type { ContainerEvent } from '#contract/container-event.ts';
import type { WebhookPayload } from '#contract/rule.ts';
import { nextStamp, shiftStamp } from '#contract/stamp.ts';
import type { QueryNode } from '../query/query-tree.ts';
import type { LogStore } from '../store/log-store.ts';
import { alertType, causeOf, imageText } from './evaluate.ts';
import type { Rule } from './rule.ts';

/** Standard Webhooks asks for less than 20 kB. */
const MAX_BYTES = 20_000;
const MAX_LINES = 20;
const MAX_LINE = 1_000;
const MAX_CURVE = 60;
const LINES_FROM_MS = -24 * 3_600_000;
const CURVE_FROM_MS = -10 * 60_000;

export type Evidence = Pick<WebhookPayload['data'], 'lastLines' | 'memory'>;

/** Reads the last 20 lines and the memory curve before an event. */
export async function readEvidence(
  event: ContainerEvent,
  store: Pick<LogStore, 'findRecords' | 'findSamples'>,
): Promise<Evidence> {
  const { '@timestamp': at, container } = event;
  const to = nextStamp(at);
  const [{ records }, samples] = await Promise.all([
    store.findRecords({
      from: shiftStamp(at, LINES_FROM_MS),
      to,
      query: ofContainer(container.id),
      order: 'desc',
      limit: MAX_LINES,
      countUpTo: 0,
    }),
    store.findSamples({
      containerIds: [container.id],
      from: shiftStamp(at, CURVE_FROM_MS),
      to,
      perContainer: MAX_CURVE,
    }),
  ]);
  return {
    lastLines: records.map(({ message }) => message.slice(0, MAX_LINE)).reverse(),
    memory: samples.map(sample => [sample['@timestamp'], sample.memoryBytes]),
  };
}

export const ofContainer = (id: string): QueryNode => ({
  type: 'is',
  field: 'container.id',
  value: { kind: 'phrase', text: id },
});

export function createPayload(
  rule: Rule,
  event: ContainerEvent,
  context: { evidence: Evidence; publicUrl: string },
): WebhookPayload {
  const { container, host, death, process, evidence: inspected } = event;
  return fitted({
    type: alertType(event),
    timestamp: event['@timestamp'],
    data: {
      container: { id: container.id, name: container.name, image: imageText(container.image) },
      host: host.name,
      exitCode: process?.exit_code ?? null,
      class: death?.class ?? null,
      restartCount: inspected?.restartCount ?? 0,
      ...context.evidence,
      url: `${context.publicUrl}/timeline?event=${event.event.id}`,
      rule: rule.name,
      severity: rule.severity,
      cause: causeOf(event),
      memoryLimitBytes: inspected?.memoryLimitBytes ?? null,
    },
  });
}

/** Cuts the oldest lines until it fits: the last ones tell most. */
function fitted(payload: WebhookPayload): WebhookPayload {
  const { data } = payload;
  const lastLines = [...data.lastLines];
  const sized = () => ({ ...payload, data: { ...data, lastLines } });
  while (lastLines.length > 0 && Buffer.byteLength(JSON.stringify(sized())) >= MAX_BYTES) lastLines.shift();
  return sized();
}
