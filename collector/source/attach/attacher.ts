/** Whether a container of which the engine keeps no log is attached to, and if not, why, and what would change that. */
import type { Counters } from '../../counters.ts';
import type { ContainerDetails, Engine, OutputEngine } from '../../engine/engine.ts';
import type { LogSource } from '../log-source.ts';
import { createAttachSource } from './attach-source.ts';

export type AttachOptions = {
  engine: OutputEngine & Pick<Engine, 'inspect'>;
  maxLineBytes: number;
  counters: Pick<Counters, 'linesRead' | 'linesDropped'>;
};

/** `because`: the rule that allows it, null if none does. `lastStamp`, `known`: its last line, and its state, told of before. */
export type AttachAsked = {
  because: string | null;
  lastStamp: string | null;
  known: Pick<ContainerDetails, 'finishedAt'> | undefined;
};

const DUAL_LOGGING_OFF = 'cache-disabled';
const KEPT_BY_THEMSELVES = ['json-file', 'local', 'journald'];

/** Neither does the log driver keep what it is given, nor the engine a copy of it. */
export const isKeptNowhere = ({
  logDriver,
  logOptions,
}: Pick<ContainerDetails, 'logDriver' | 'logOptions'>): boolean =>
  logDriver === 'none' ||
  (!KEPT_BY_THEMSELVES.includes(logDriver) && logOptions[DUAL_LOGGING_OFF] === 'true');

type Attach = (container: ContainerDetails, asked?: AttachAsked) => LogSource | { unreadable: string };

/** `options` null: nothing is attached to. */
export function createAttacher(options: AttachOptions | null): Attach {
  const space = { bytes: 0 };
  return (container, asked) => {
    const nowhere = `its log driver is ${driverInWords(container)}: the engine keeps no logs of it`;
    if (options === null || !asked || asked.because === null)
      return {
        unreadable: `${nowhere}. With the label quaylog.attach=true what it prints is read as it comes`,
      };
    const outputs = options.engine.outputsOf(container);
    if (outputs.length === 0)
      return {
        unreadable: `${nowhere}, and it cannot be attached to: an engine before API 1.42 would attach its open stdin, too`,
      };
    const { because, lastStamp, known } = asked;
    const isMixed = outputs.length === 1 && !container.tty;
    return createAttachSource({
      ...options,
      container,
      outputs,
      space,
      lastStamp,
      absence: { kind: 'new', wasRunning: container.running, knownEnd: known?.finishedAt },
      reason: `${nowhere}, and ${because} attaches to it${isMixed ? MIXED : ''}`,
    });
  };
}

const MIXED = '; this engine gives its stderr as stdout then (before API 1.42)';

const driverInWords = ({ logDriver }: ContainerDetails): string =>
  logDriver === 'none' ? logDriver : `${logDriver} with ${DUAL_LOGGING_OFF}`;
