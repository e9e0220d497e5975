/** The filter box of the container table: what its words find, and how buttons write words into it. */
import type { Container } from '#contract/container.ts';
import type { SilentHosts } from '../hosts/host-words.ts';
import { shownState } from './container-state.ts';

/** Words, each perhaps with a key; what stands between quotes is one word. */
const WORDS = /-?[^\s":]+:"[^"]*"|\S+/g;

/**
 * Every word must be found: in name, image, project, service, host or state; `-word` must not be; `key:word` looks in one
 * of them, or in the label `key`; `key:"word"` is the whole of it.
 */
export function filterContainers(
  containers: readonly Container[],
  text: string,
  silent: SilentHosts = new Map(),
): Container[] {
  const words = wordsOf(text);
  if (words.length === 0) return [...containers];
  return containers.filter(container => {
    const fields = fieldsOf(container, silent.has(container.hostId));
    return words.every(word =>
      word.startsWith('-') ? !hasWord(container, fields, word.slice(1)) : hasWord(container, fields, word),
    );
  });
}

const wordsOf = (text: string): string[] =>
  (text.toLowerCase().match(WORDS) ?? []).filter(word => word !== '-');

function hasWord(container: Container, { named, asked }: Fields, word: string): boolean {
  const [, key = '', quoted, plain] = /^([^:]+):(?:"(.*)"|(.*))$/s.exec(word) ?? [];
  const field = asked[key] ?? named[key] ?? labelOf(container, key);
  if (field !== undefined) {
    return quoted === undefined ? field.toLowerCase().includes(plain ?? '') : field.toLowerCase() === quoted;
  }
  return Object.values(named).some(value => value.toLowerCase().includes(word));
}

/** `asked`: only looked at by name, for yes and no are in too many words. */
type Fields = { named: Record<string, string>; asked: Record<string, string> };

function fieldsOf(container: Container, isSilent: boolean): Fields {
  const state = shownState(container);
  return {
    named: {
      name: container.name,
      image: container.image,
      host: container.host,
      project: container.compose?.project ?? '',
      service: container.compose?.service ?? '',
      state: `${state.key} ${state.word}${isSilent ? ' nodata no data' : ''}`,
      health: container.health,
      id: container.id.slice(0, 12),
    },
    asked: {
      source: container.source ?? '',
      collected: container.collected ? 'yes' : 'no',
      mistakes: hasMistakes(container) ? 'yes' : 'no',
    },
  };
}

export const hasMistakes = ({ mistakes = [] }: Container): boolean => mistakes.length > 0;

/** The filter with this word, or without it where it was; `instead` of any word that begins so. */
export function toggleWord(text: string, word: string, instead = word): string {
  const words: string[] = text.match(WORDS) ?? [];
  const rest = words.filter(other => !other.startsWith(instead));
  return (words.includes(word) ? rest : [...rest, word]).join(' ');
}

/** Name of the host the filter is narrowed to. */
export const hostOfFilter = (text: string): string | null => /(?:^|\s)host:"([^"]*)"/.exec(text)?.[1] ?? null;

export const narrowToHost = (text: string, name: string): string =>
  toggleWord(text, `host:"${name.replaceAll('"', '')}"`, 'host:"');

function labelOf(container: Container, key: string): string | undefined {
  return Object.entries(container.labels).find(([label]) => label.toLowerCase() === key)?.[1];
}
