/** Tree → query text, with canonical names; parsed again it is the same tree. */
import type { QueryNode, Value } from './query-tree.ts';

type Operator = 'or' | 'and' | 'not';
/** What binds tighter needs no parentheses within what binds looser. */
const BINDING: Record<Operator, number> = { or: 1, and: 2, not: 3 };

/** The shortest plain way to write a canonical tree; `''` for everything. */
export function printQuery(tree: QueryNode): string {
  return tree.type === 'all' ? '' : print(tree);
}

function print(node: QueryNode): string {
  switch (node.type) {
    case 'all':
      return '*';
    case 'and':
    case 'or':
      return node.nodes.map(child => printWithin(child, node.type)).join(` ${node.type} `);
    case 'not':
      return `not ${printWithin(node.node, 'not')}`;
    case 'is':
      return node.field === 'message'
        ? printBare(node.value)
        : `${printName(node.field)}:${printOperand(node.value)}`;
    case 'exists':
      return `${printName(node.field)}:*`;
    case 'range':
      return `${printName(node.field)} ${node.operator} ${printOperand({ kind: 'word', text: node.value })}`;
  }
}

/** An `and` within an `and` keeps its parentheses: it is a node of its own. */
function printWithin(node: QueryNode, parent: Operator): string {
  const isOperator = node.type === 'and' || node.type === 'or';
  return isOperator && BINDING[node.type] <= BINDING[parent] ? `(${print(node)})` : print(node);
}

/** What a text may not begin with, by where it stands: keywords nowhere, signs only before bare words. */
const BARE_START = /^(?:(?:and|or|not|&&|\|\|)$|[-+!])/i;
const OPERAND_START = /^(?:(?:and|or|not|&&|\|\|)$|[[{:]|\/\/)/i;

/** Bare words must not look like `field:value` either, or like an operator that other languages have (`a!=b`). */
function printBare(value: Value): string {
  const escape = (text: string) => text.replace(/:|!(?=[=~])|(?<==)~/g, '\\$&').replace(BARE_START, '\\$&');
  return printValue(value, escape);
}

function printOperand(value: Value): string {
  return printValue(value, text => text.replace(OPERAND_START, '\\$&'));
}

/** `escape`: what there is to escape beyond what ends a word anywhere. */
function printValue(value: Value, escape: (text: string) => string): string {
  switch (value.kind) {
    case 'phrase':
      return `"${value.text.replace(/["\\]/g, '\\$&')}"`;
    case 'word':
      return value.text === '' ? '""' : escape(value.text.replace(/[\s()"<>*\\]/g, '\\$&'));
    case 'wildcard':
      return escape(value.pattern.replace(/[\s()"<>]/g, '\\$&'));
  }
}

/** Every `*` in a name is a wildcard; all else that means something to the parser is plain in it. */
function printName(field: string): string {
  return field.replace(/[\s()"<>:\\]/g, '\\$&');
}
