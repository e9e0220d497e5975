/** Asks the engine about single containers. A container that is gone is an answer, not an error. */
import { EngineError } from '../engine/engine-error.ts';
import type { ContainerDetails, Engine } from '../engine/engine.ts';
import { createSlots, type Slots } from '../slots.ts';

const CONCURRENT_INSPECTS = 8;
/** The engine answers of a container only when it is done with starting or ending it; the others cannot wait for that. */
const CONCURRENT_EVENT_INSPECTS = 64;

export class Inspections {
  private readonly engine: Pick<Engine, 'inspect'>;
  private readonly listSlots = createSlots(CONCURRENT_INSPECTS);
  private readonly eventSlots = createSlots(CONCURRENT_EVENT_INSPECTS);

  constructor(engine: Pick<Engine, 'inspect'>) {
    this.engine = engine;
  }

  /** One of many. Null: it is gone. */
  ofList(id: string): Promise<ContainerDetails | null> {
    return this.inspect(id, this.listSlots);
  }

  /** Right after something has happened to it: the state then is the evidence. Null: it is gone; undefined: the engine could not say. */
  ofEvent(id: string): Promise<ContainerDetails | null | undefined> {
    return this.inspect(id, this.eventSlots).catch(() => undefined);
  }

  /** True when the engine cannot say. */
  async isRunning(id: string): Promise<boolean> {
    try {
      return (await this.engine.inspect(id)).running;
    } catch (cause) {
      return !isGone(cause);
    }
  }

  private async inspect(id: string, slots: Slots): Promise<ContainerDetails | null> {
    try {
      return await slots.run(() => this.engine.inspect(id));
    } catch (cause) {
      if (isGone(cause)) return null;
      throw cause;
    }
  }
}

const isGone = (cause: unknown): boolean => cause instanceof EngineError && cause.code === 'not_found';
