/** Which source reads the log of a container. */
import type { ContainerDetails, Engine } from '../engine/engine.ts';
import { createApiSource } from './api-source.ts';
import type { LogSource } from './log-source.ts';

export type ChooseSource = (container: ContainerDetails) => LogSource | { unreadable: string };

export function createSourceChooser({ engine }: { engine: Engine }): ChooseSource {
  return container => {
    if (container.logDriver === 'none')
      return { unreadable: 'its log driver is none: the engine keeps no logs of it' };
    return createApiSource(engine, container, 'read through the API of the engine');
  };
}
