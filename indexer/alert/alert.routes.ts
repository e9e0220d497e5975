/** Rules, what they fired, and what was delivered. Secrets never leave. */
import type { FastifyInstance } from 'fastify';
import { Type, type Static } from 'typebox';
import { DEFAULT_LIMIT, MAX_LIMIT } from '#contract/constants.ts';
import { AlertList, AlertRule, Delivery, DeliveryList, RuleList } from '#contract/rule.ts';
import type { Alerting } from './alerting.ts';
import type { RuleStore } from './rule-store.ts';

export type AlertRouteDeps = {
  rules: RuleStore;
  alerting: Pick<Alerting, 'alerts' | 'deliveries' | 'replay' | 'test'>;
};

const NoParams = Type.Object({}, { additionalProperties: false });
const IdParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 200 }) });
const ListParams = Type.Object(
  { limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_LIMIT })) },
  { additionalProperties: false },
);
type ById = { Params: Static<typeof IdParams> };
type Listed = { Querystring: Static<typeof ListParams> };

const read = { access: 'read' as const };
const write = { access: 'write' as const };
const tags = ['alerts'];

export function registerAlertRoutes(app: FastifyInstance, deps: AlertRouteDeps): void {
  registerRuleRoutes(app, deps);
  registerDeliveryRoutes(app, deps);
}

/** Bodies are checked by the rule store, whose errors name the field in a sentence. */
function registerRuleRoutes(app: FastifyInstance, { rules, alerting }: AlertRouteDeps): void {
  const path = '/api/v1/rules';
  const one = { tags, params: IdParams, querystring: NoParams };
  const all = { tags, querystring: NoParams };

  app.get(
    path,
    { config: read, schema: { ...all, summary: 'All rules', response: { 200: RuleList } } },
    (): RuleList => ({ rules: rules.list() }),
  );
  app.post(
    path,
    { config: write, schema: { ...all, summary: 'Add a rule', response: { 201: AlertRule } } },
    async (request, reply): Promise<AlertRule> => {
      const rule = await rules.create(request.body);
      reply.status(201);
      return rule;
    },
  );
  app.get<ById>(
    `${path}/:id`,
    { config: read, schema: { ...one, summary: 'One rule', response: { 200: AlertRule } } },
    (request): AlertRule => rules.get(request.params.id),
  );
  app.put<ById>(
    `${path}/:id`,
    { config: write, schema: { ...one, summary: 'Replace a rule', response: { 200: AlertRule } } },
    (request): Promise<AlertRule> => rules.replace(request.params.id, request.body),
  );
  app.delete<ById>(
    `${path}/:id`,
    { config: write, schema: { ...one, summary: 'Remove a rule' } },
    async (request, reply) => {
      await rules.remove(request.params.id);
      return reply.status(204).send();
    },
  );
  app.post<ById>(
    `${path}/:id/test`,
    { config: write, schema: { ...one, summary: 'Send a sample to those a rule tells' } },
    async (request, reply): Promise<DeliveryList> => {
      const deliveries = await alerting.test(request.params.id);
      reply.status(202);
      return { deliveries };
    },
  );
}

function registerDeliveryRoutes(app: FastifyInstance, { alerting }: AlertRouteDeps): void {
  app.get<Listed>(
    '/api/v1/alerts',
    {
      config: read,
      schema: {
        tags,
        summary: 'Alerts, newest first',
        querystring: ListParams,
        response: { 200: AlertList },
      },
    },
    async (request): Promise<AlertList> => ({
      alerts: await alerting.alerts(request.query.limit ?? DEFAULT_LIMIT),
    }),
  );
  app.get<Listed>(
    '/api/v1/deliveries',
    {
      config: read,
      schema: {
        tags,
        summary: 'Deliveries, newest first',
        querystring: ListParams,
        response: { 200: DeliveryList },
      },
    },
    async (request): Promise<DeliveryList> => ({
      deliveries: await alerting.deliveries(request.query.limit ?? DEFAULT_LIMIT),
    }),
  );
  app.post<ById>(
    '/api/v1/deliveries/:id/replay',
    {
      config: write,
      schema: {
        tags,
        summary: 'Send a delivery again',
        params: IdParams,
        querystring: NoParams,
        response: { 202: Delivery },
      },
    },
    async (request, reply): Promise<Delivery> => {
      const delivery = await alerting.replay(request.params.id);
      reply.status(202);
      return delivery;
    },
  );
}
