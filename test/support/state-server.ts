/**
 * What the shared state asks of Elasticsearch, at the level of requests: one shard, one request at a time. It does what a real one
 * does when it is killed: what was not acknowledged may be seen, and be gone afterwards. For races that a real one shows too seldom.
 */
import type { Ask } from '#indexer/state/elasticsearch/journal.ts';

/**
 * What becomes of a request. `lost`: it never arrives. `cut`: it is carried out, and its answer lost. `late`: no answer comes, and it is carried out some
 * requests later. `gone`: the client's process ends before, `ended`: after it was carried out; no request of that client is answered any more.
 */
export type RequestFault = 'pass' | 'lost' | 'cut' | 'late' | 'gone' | 'ended';

type Document = {
  source: object;
  sequence: number;
  term: number;
  isDurable: boolean;
  /** What comes back when this is lost. */
  before: Document | undefined;
};
type Request = Parameters<Ask>[0];

export class StateServer {
  requests = 0;
  private readonly documents = new Map<string, Document>();
  private sequence = 0;
  private term = 1;
  private late: { afterMore: number; request: Request }[] = [];

  /** A client of its own. `turn` is awaited before each request is carried out, and before it is answered. */
  client(
    faultOf: (request: Request) => RequestFault = () => 'pass',
    turn: () => Promise<unknown> = () => Promise.resolve(),
  ): Ask {
    let isGone = false;
    return async <T>(request: Request): Promise<T> => {
      const fault = faultOf(request);
      if (fault === 'gone') isGone = true;
      if (isGone) return new Promise<T>(() => undefined);
      await turn();
      if (fault === 'lost') throw new Error('connection refused');
      if (fault === 'late') {
        this.late.push({ afterMore: 3, request });
        throw new Error('connection reset');
      }
      const isAnswered = fault === 'pass';
      const answer = this.carryOut(request, isAnswered);
      if (fault === 'ended') {
        isGone = true;
        return new Promise<T>(() => undefined);
      }
      await turn();
      if (!isAnswered) throw new Error('socket hang up');
      if (answer.status !== 200)
        throw Object.assign(new Error(String(answer.status)), { statusCode: answer.status });
      return structuredClone(answer.body) as T;
    };
  }

  /** Its process is killed and starts again: what nobody was promised is gone. */
  restart(): void {
    this.term += 1;
    this.late = [];
    for (const [id, { isDurable, before }] of this.documents) {
      if (isDurable) continue;
      if (before) this.documents.set(id, before);
      else this.documents.delete(id);
    }
  }

  /** What was sent arrives, or never will. */
  settle(): void {
    for (const { request } of this.late.splice(0)) this.answer(request);
  }

  ids(): string[] {
    return [...this.documents.keys()];
  }

  private carryOut(request: Request, isAnswered: boolean): { status: number; body: unknown } {
    this.requests += 1;
    const due = this.late.filter(each => --each.afterMore <= 0);
    this.late = this.late.filter(each => each.afterMore > 0);
    for (const each of due) this.answer(each.request);
    const answer = this.answer(request);
    // Its log is synced as a whole before anybody is told of a write.
    const isWrite = request.method === 'PUT';
    if (isAnswered && isWrite) for (const document of this.documents.values()) document.isDurable = true;
    return answer;
  }

  private answer({ path, body = {}, bulkBody = '' }: Request): { status: number; body: unknown } {
    if (path === '/') return ok({ version: { number: '9.0.0' } });
    const url = new URL(path, 'http://server');
    const [, , action = '', id = ''] = url.pathname.split('/');
    if (action === '_mget')
      return ok({ docs: (body as { docs: { _id: string }[] }).docs.map(({ _id }) => this.get(_id)) });
    if (action === '_create') return this.documents.has(id) ? CONFLICT : this.write(id, body);
    if (action === '_doc') {
      const known = this.documents.get(id);
      const isAsKnown =
        known?.sequence === Number(url.searchParams.get('if_seq_no')) &&
        known.term === Number(url.searchParams.get('if_primary_term'));
      return isAsKnown ? this.write(id, body) : CONFLICT;
    }
    if (action === '_search') {
      const { lt } = (body as { query: { range: { number: { lt: number } } } }).query.range.number;
      const isBelow = ({ source }: Document) => ((source as { number?: number }).number ?? Infinity) < lt;
      const found = [...this.documents].filter(([, document]) => isBelow(document));
      return ok({ hits: { hits: found.map(([_id]) => ({ _id })) } });
    }
    for (const line of bulkBody.trim().split('\n').filter(Boolean))
      this.documents.delete((JSON.parse(line) as { delete: { _id: string } }).delete._id);
    return ok({});
  }

  private get(id: string): object {
    const document = this.documents.get(id);
    if (!document) return { _id: id, found: false };
    const { source, sequence, term } = document;
    return { _id: id, found: true, _source: source, _seq_no: sequence, _primary_term: term };
  }

  private write(id: string, source: object): { status: number; body: unknown } {
    this.sequence += 1;
    const { sequence, term } = this;
    const known = this.documents.get(id);
    const before = known?.isDurable ? known : known?.before;
    this.documents.set(id, { source: structuredClone(source), sequence, term, isDurable: false, before });
    return ok({ _id: id, _seq_no: sequence, _primary_term: term });
  }
}

const ok = (body: unknown) => ({ status: 200, body });
const CONFLICT = { status: 409, body: {} };
