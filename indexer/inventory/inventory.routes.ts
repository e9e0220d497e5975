/** `GET /api/v1/containers`, `/api/v1/containers/:id`, `/api/v1/hosts`: what the inventory knows. */
import type { FastifyInstance } from 'fastify';
import { Type, type Static } from 'typebox';
import { HostList } from '#contract/batch.ts';
import { Container, ContainerList } from '#contract/container.ts';
import { QuaylogError } from '#contract/quaylog-error.ts';
import type { Inventory } from './inventory.ts';

export type InventoryRouteDeps = { inventory: Pick<Inventory, 'containers' | 'container' | 'hosts'> };

const NoParams = Type.Object({}, { additionalProperties: false });
const IdParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 256 }) });
const config = { access: 'read' as const };

export function registerInventoryRoutes(app: FastifyInstance, { inventory }: InventoryRouteDeps): void {
  const tags = ['containers'];

  app.get(
    '/api/v1/containers',
    {
      config,
      schema: {
        tags,
        summary: 'Every container, removed ones too, by host, compose project and name',
        querystring: NoParams,
        response: { 200: ContainerList },
      },
    },
    (): ContainerList => ({ containers: inventory.containers().sort(byPlace) }),
  );

  app.get<{ Params: Static<typeof IdParams> }>(
    '/api/v1/containers/:id',
    {
      config,
      schema: {
        tags,
        summary: 'One container by id, beginning of an id, or name',
        params: IdParams,
        querystring: NoParams,
        response: { 200: Container },
      },
    },
    (request): Container => {
      const found = inventory.container(request.params.id);
      if (!found) throw new QuaylogError('not_found', 'No container has this id or name.');
      return found;
    },
  );

  app.get(
    '/api/v1/hosts',
    {
      config,
      schema: {
        tags,
        summary: 'Every host and whether its collector reports',
        querystring: NoParams,
        response: { 200: HostList },
      },
    },
    (): HostList => ({ hosts: inventory.hosts().sort((a, b) => a.name.localeCompare(b.name)) }),
  );
}

function byPlace(a: Container, b: Container): number {
  const place = ({ host, compose, name, createdAt }: Container) =>
    [host, compose?.project ?? '\uffff', name, createdAt].join('\u0000');
  return place(a) < place(b) ? -1 : 1;
}
