/** Alert rules, what they fired, and what was delivered. */
import { Type, type Static } from 'typebox';
import { DeathClass } from './container-event.ts';
import { Nullable } from './schema.ts';

/**
 * A rule about container events. `action: die` with `class` narrows to how it died; `oom` fires once per OOM death
 * (the engine's oom event and the die that follows are one alert); `health_status` with `health` to a health state.
 */
export const RuleMatch = Type.Object(
  {
    action: Type.Enum(['oom', 'die', 'health_status']),
    class: Type.Optional(Type.Array(DeathClass, { minItems: 1 })),
    health: Type.Optional(Type.Enum(['healthy', 'unhealthy'])),
    /** Query over the event's container fields, in the query language: `container:web* and project:shop`. */
    q: Type.Optional(Type.String({ maxLength: 4_096 })),
  },
  { additionalProperties: false },
);
export type RuleMatch = Static<typeof RuleMatch>;

export const NotifierType = Type.Enum(['webhook', 'slack']);
export const Notifier = Type.Object(
  {
    type: NotifierType,
    url: Type.String({ minLength: 1, maxLength: 2_048 }),
    /** `whsec_` + base64; signs generic webhooks. Never answered back. */
    secret: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);
export type Notifier = Static<typeof Notifier>;

export const RuleInput = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 200 }),
    enabled: Type.Optional(Type.Boolean()),
    severity: Type.Optional(Type.Enum(['critical', 'error', 'warning', 'info'])),
    match: RuleMatch,
    notify: Type.Array(Notifier, { maxItems: 10 }),
    /** At most one notification per container in this time; the alert is recorded all the same. Default 0. */
    cooldownSeconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 86_400 })),
  },
  { additionalProperties: false },
);
export type RuleInput = Static<typeof RuleInput>;

export const AlertRule = Type.Intersect([
  Type.Object({
    id: Type.String(),
    name: Type.String(),
    enabled: Type.Boolean(),
    severity: Type.Enum(['critical', 'error', 'warning', 'info']),
    match: RuleMatch,
    notify: Type.Array(Type.Object({ type: NotifierType, url: Type.String(), signed: Type.Boolean() })),
    cooldownSeconds: Type.Integer(),
  }),
  /** `default` and `file` rules are read-only in the API. */
  Type.Object({ origin: Type.Enum(['default', 'file', 'api']), createdAt: Type.String() }),
]);
export type AlertRule = Static<typeof AlertRule>;
export const RuleList = Type.Object({ rules: Type.Array(AlertRule) });
export type RuleList = Static<typeof RuleList>;

/** One firing. `resolvedAt` is set when the container starts again and stays up, or becomes healthy. */
export const Alert = Type.Object({
  id: Type.String(),
  ruleId: Type.String(),
  ruleName: Type.String(),
  severity: Type.String(),
  type: Type.String(),
  firedAt: Type.String(),
  resolvedAt: Nullable(Type.String()),
  eventId: Type.String(),
  summary: Type.String(),
  container: Type.Object({ id: Type.String(), name: Type.String(), image: Type.String() }),
  host: Type.String(),
  suppressed: Type.Boolean(),
});
export type Alert = Static<typeof Alert>;
export const AlertList = Type.Object({ alerts: Type.Array(Alert) });
export type AlertList = Static<typeof AlertList>;

/** One attempt series towards one notifier. `status`: pending (next attempt at `nextAttemptAt`), delivered, or failed for good. */
export const Delivery = Type.Object({
  id: Type.String(),
  alertId: Type.String(),
  ruleName: Type.String(),
  type: NotifierType,
  /** Host and path only: a query string may hold a secret. */
  target: Type.String(),
  status: Type.Enum(['pending', 'delivered', 'failed']),
  createdAt: Type.String(),
  nextAttemptAt: Nullable(Type.String()),
  attempts: Type.Array(
    Type.Object({
      at: Type.String(),
      durationMs: Type.Number(),
      statusCode: Nullable(Type.Integer()),
      outcome: Type.String(),
    }),
  ),
});
export type Delivery = Static<typeof Delivery>;
export const DeliveryList = Type.Object({ deliveries: Type.Array(Delivery) });
export type DeliveryList = Static<typeof DeliveryList>;

/** Body of a generic webhook, at most ~20 kB. */
export const WebhookPayload = Type.Object({
  type: Type.String(),
  timestamp: Type.String(),
  data: Type.Object({
    container: Type.Object({ id: Type.String(), name: Type.String(), image: Type.String() }),
    host: Type.String(),
    exitCode: Nullable(Type.Integer()),
    class: Nullable(Type.String()),
    restartCount: Type.Integer(),
    lastLines: Type.Array(Type.String()),
    url: Type.String(),
    rule: Type.String(),
    severity: Type.String(),
    cause: Type.String(),
    memoryLimitBytes: Nullable(Type.Integer()),
    /** Up to 60 `[ISO stamp, bytes]` before the event: the memory curve. */
    memory: Type.Array(Type.Tuple([Type.String(), Type.Number()])),
  }),
});
export type WebhookPayload = Static<typeof WebhookPayload>;
