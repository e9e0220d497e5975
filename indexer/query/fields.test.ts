import { describe, expect, it } from 'vitest';
import { LEVELS } from '#contract/log-record.ts';
import { canonicalField, FIELDS, levelsInRange, listFields } from './fields.ts';

describe('canonicalField', () => {
  it.each([
    ['level', 'log.level'],
    ['container', 'container.name'],
    ['image', 'container.image.name'],
    ['host', 'host.name'],
    ['stream', 'log.iostream'],
    ['project', 'compose.project'],
    ['service', 'compose.service'],
    ['action', 'event.action'],
    ['status', 'http.response.status_code'],
    ['method', 'http.request.method'],
    ['path', 'url.path'],
    ['trace', 'trace.id'],
    ['id', 'container.id'],
    ['message', 'message'],
    ['http.response.foo', 'http.response.foo'],
    ['container.labels.com.docker.compose.project', 'container.labels.com.docker.compose.project'],
    ['labels.team', 'container.labels.team'],
    ['label.team', 'container.labels.team'],
    ['user', 'app.user'],
    ['user.name', 'app.user.name'],
    ['app.level', 'app.level'],
    ['app', 'app'],
    ['http', 'app.http'],
    ['httpx.y', 'app.httpx.y'],
    ['.http', 'app..http'],
    ['*', '*'],
    ['*status*', '*status*'],
    ['http.*', 'http.*'],
    ['constructor', 'app.constructor'],
    ['__proto__', 'app.__proto__'],
  ])('%s → %s', (name, field) => {
    expect(canonicalField(name)).toBe(field);
    expect(canonicalField(field)).toBe(field);
  });
});

describe('FIELDS', () => {
  it('names every field and every alias once', () => {
    const names = FIELDS.flatMap(field => [field.name, ...(field.aliases ?? [])]);
    expect(new Set(names).size).toBe(names.length);
  });

  it('is told to people with one alias each', () => {
    expect(listFields()).toContainEqual({ name: 'log.level', alias: 'level', type: 'keyword' });
    expect(listFields()).toContainEqual({ name: 'event.id', type: 'keyword' });
  });
});

it.each([
  ['>=', 'warn', ['warn', 'error', 'fatal']],
  ['>', 'warn', ['error', 'fatal']],
  ['<', 'info', ['trace', 'debug']],
  ['<=', 'trace', ['trace']],
  ['>=', 'trace', [...LEVELS]],
  ['>=', 'nonsense', []],
] as const)('levels %s %s are %j', (operator, value, levels) => {
  expect(levelsInRange(operator, value)).toEqual(levels);
});
