/** Slack's incoming webhooks: blocks for people, `text` for what shows no blocks. Text of containers is escaped. */
import type { WebhookPayload } from '#contract/rule.ts';
import type { Notifier, Post } from './notifier.ts';

/** Slack refuses a section of more than 3,000 characters and a header of more than 150. */
const MAX_SECTION = 2_900;
const MAX_HEADER = 150;

export function createSlack(target: { url: string }, post: Post): Notifier {
  return {
    send: ({ payload }) => post({ url: target.url, headers: {}, body: JSON.stringify(toSlack(payload)) }),
  };
}

function toSlack({ type, data }: WebhookPayload): object {
  const title = `${ICON[data.severity] ?? '•'} ${data.container.name}: ${type.replace('container.', '')}`;
  const lines = lastFitting(data.lastLines.map(escape), MAX_SECTION);
  const context = [
    `host ${data.host}`,
    `image ${data.container.image}`,
    `restarts ${data.restartCount}`,
    `rule ${data.rule}`,
  ];
  return {
    text: escape(`${title}. ${data.cause}`),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: title.slice(0, MAX_HEADER) } },
      section(`${escape(data.cause)}\n<${data.url}|What happened>`),
      ...(lines.length > 0 ? [section(`\`\`\`${lines.join('\n')}\`\`\``)] : []),
      {
        type: 'context',
        elements: [{ type: 'mrkdwn', text: escape(context.join(' · ')).slice(0, MAX_SECTION) }],
      },
    ],
  };
}

const ICON: Record<string, string> = { critical: '🔴', error: '🔴', warning: '🟠', info: '🔵' };

const section = (text: string): object => ({ type: 'section', text: { type: 'mrkdwn', text } });

/** `<` would begin a link or a mention, three backticks would end the block. */
const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('```', "'''");

function lastFitting(lines: string[], most: number): string[] {
  const kept: string[] = [];
  let size = 0;
  for (const line of lines.toReversed()) {
    const cut = line.slice(0, most);
    size += cut.length + 1;
    if (size > most) break;
    kept.unshift(cut);
  }
  return kept;
}
