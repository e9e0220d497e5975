/** Query text → tree, by recursive descent. docs/query.md describes the language. */
import { isNode, rangeNode, toTarget, type Operand, type Target } from './clause.ts';
import { lexQuery, type Mark, type Token } from './lex-query.ts';
import { QueryProblem, toBadQuery } from './query-error.ts';
import type { QueryNode, RangeOperator } from './query-tree.ts';
import { badBounds, equalsSign, missingClose, missingOperand, unexpected } from './syntax-error.ts';

const MAX_LENGTH = 4_096;
const MAX_DEPTH = 50;
/** What bare words search. */
const MESSAGE: Target = { field: 'message', written: 'message' };
/** What a bare `*` asks for. */
const ANY_FIELD: Target = { field: '*', written: '*' };
const BEGINS_CLAUSE: ReadonlySet<Token['kind']> = new Set(['value', '(', 'not', 'sign']);

/**
 * The tree of a query; of an empty one, everything. `now` is what `now-15m` in it is reckoned from.
 * Throws `bad_query` with a position, a sentence and often a hint, and nothing else, for any text.
 */
export function parseQuery(text: string, { now = new Date() }: { now?: Date } = {}): QueryNode {
  try {
    return parse(text, now);
  } catch (error) {
    throw error instanceof QueryProblem ? toBadQuery(error, corrected => parse(corrected, now)) : error;
  }
}

function parse(text: string, now: Date): QueryNode {
  if (text.length <= MAX_LENGTH) return new Parser(text, now).parse();
  throw new QueryProblem(MAX_LENGTH, `The query has ${text.length} characters: shorten it to ${MAX_LENGTH}.`);
}

/** Where a `target` is handed down, the values of its list are read: `level:(error or warn)`. */
class Parser {
  readonly #text: string;
  readonly #now: Date;
  readonly #tokens: Token[];
  #next = 0;
  #depth = 0;

  constructor(text: string, now: Date) {
    this.#text = text;
    this.#now = now;
    this.#tokens = lexQuery(text);
  }

  parse(): QueryNode {
    if (this.#peek().kind === 'end') return { type: 'all' };
    const tree = this.#or(null);
    if (this.#peek().kind !== 'end') throw unexpected(this.#text, this.#peek());
    return tree;
  }

  #or(target: Target | null): QueryNode {
    const nodes = [this.#and(target)];
    while (this.#take('or')) nodes.push(this.#and(target));
    return joined('or', nodes);
  }

  /** Neighbours without an operator between them are joined by `and`. */
  #and(target: Target | null): QueryNode {
    const nodes = [this.#unary(target)];
    while (this.#take('and') || this.#atClause(target)) nodes.push(this.#unary(target));
    return joined('and', nodes);
  }

  #atClause(target: Target | null): boolean {
    const { kind } = this.#peek();
    return BEGINS_CLAUSE.has(kind) || (target !== null && kind === 'compare');
  }

  #unary(target: Target | null): QueryNode {
    const operator = this.#take('not') ?? this.#take('sign');
    if (!operator) return this.#group(target) ?? (target ? this.#listed(target) : this.#clause());
    const node = this.#nested(operator, () => this.#unary(target));
    return this.#text.charAt(operator.start) === '+' ? node : { type: 'not', node };
  }

  #group(target: Target | null): QueryNode | undefined {
    const open = this.#take('(');
    if (!open) return undefined;
    if (this.#peek().kind === ')') {
      const message = '`()` is empty: write a query in it, or quotes around it to search for it.';
      throw new QueryProblem(open.start, message);
    }
    const node = this.#nested(open, () => this.#or(target));
    if (this.#take(')')) return node;
    if (this.#peek().kind !== 'end') throw unexpected(this.#text, this.#peek());
    throw missingClose(this.#text, open);
  }

  #nested(at: Token, read: () => QueryNode): QueryNode {
    if (++this.#depth > MAX_DEPTH) {
      const message = `The query is nested deeper than ${MAX_DEPTH}: remove parentheses or \`not\`.`;
      throw new QueryProblem(at.start, message);
    }
    const node = read();
    this.#depth--;
    return node;
  }

  /** One value of a list. */
  #listed(target: Target): QueryNode {
    return this.#comparison(target) ?? isNode(target, this.#operand(), this.#now);
  }

  /** `field:…`, `field >= …`, or a bare value. */
  #clause(): QueryNode {
    const operand = this.#operand();
    if (this.#take(':')) return this.#afterColon(toTarget(operand));
    if (this.#peek().kind === 'compare') return this.#listed(toTarget(operand));
    const error = equalsSign(this.#text, operand.start);
    if (error) throw error;
    return isNode(isOpen(operand) ? ANY_FIELD : MESSAGE, operand, this.#now);
  }

  #afterColon(target: Target): QueryNode {
    const open = this.#take('[') ?? this.#take('{');
    if (open) return this.#bounds(target, open);
    return this.#group(target) ?? this.#listed(target);
  }

  #comparison(target: Target): QueryNode | undefined {
    const token = this.#peek();
    if (token.kind !== 'compare') return undefined;
    this.#next++;
    return rangeNode(target, token.operator, { ...this.#operand(), now: this.#now });
  }

  /** `[400 TO 499]`; braces leave the bound itself out, `*` leaves a side open. */
  #bounds(target: Target, open: Token): QueryNode {
    const [low, to, high] = [this.#bound(open), this.#bound(open), this.#bound(open)];
    const close = this.#take(']') ?? this.#take('}');
    if (!close || to.value.kind !== 'word' || to.value.text.toUpperCase() !== 'TO')
      throw badBounds(this.#text, open);
    const range = (operator: RangeOperator, bound: Operand) =>
      isOpen(bound) ? [] : [rangeNode(target, operator, { ...bound, now: this.#now })];
    const nodes = [
      ...range(open.kind === '[' ? '>=' : '>', low),
      ...range(close.kind === ']' ? '<=' : '<', high),
    ];
    return nodes.length === 0 ? isNode(target, low, this.#now) : joined('and', nodes);
  }

  #bound(open: Token): Operand {
    if (this.#peek().kind !== 'value') throw badBounds(this.#text, open);
    return this.#operand();
  }

  #operand(): Operand {
    const token = this.#peek();
    if (token.kind !== 'value') throw missingOperand(this.#text, this.#tokens, this.#next);
    this.#next++;
    return token;
  }

  #peek(): Token {
    // The last token is `end`, and nothing takes it.
    return this.#tokens[this.#next] as Token;
  }

  #take(kind: Mark): Token | undefined {
    const token = this.#peek();
    if (token.kind !== kind) return undefined;
    this.#next++;
    return token;
  }
}

function joined(type: 'and' | 'or', nodes: QueryNode[]): QueryNode {
  const [first] = nodes;
  return nodes.length === 1 && first ? first : { type, nodes };
}

/** Only stars: any value, or no bound. */
const isOpen = ({ value }: Operand): boolean => value.kind === 'wildcard' && /^\*+$/.test(value.pattern);
