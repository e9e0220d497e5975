/** Our own labels. */
import { PARSE_MODES } from '#contract/constants.ts';
import { parseDuration } from '#contract/settings.ts';
import type { LabelFamily, Wishes } from './label-family.ts';
import type { LabelReader } from './label-reader.ts';

const PREFIX = 'quaylog.';
const LABELS = [
  'quaylog.enabled',
  'quaylog.multiline',
  'quaylog.parse',
  'quaylog.service',
  'quaylog.version',
  'quaylog.include_lines',
  'quaylog.exclude_lines',
  'quaylog.mask',
  'quaylog.history',
  'quaylog.attach',
];
/** Set by our own deployment files. */
const ROLE_LABEL = 'quaylog.role';

export const quaylog: LabelFamily = {
  name: 'Quaylog',
  read(labels) {
    complainOfUnknown(labels);
    const include = labels.pattern('quaylog.include_lines');
    const exclude = labels.pattern('quaylog.exclude_lines');
    const mask = labels.pattern('quaylog.mask');
    return {
      enabled: labels.flag('quaylog.enabled'),
      joining: joiningOf(labels),
      parse: labels.oneOf('quaylog.parse', PARSE_MODES),
      historyAgeMs: historyOf(labels),
      attach: labels.flag('quaylog.attach'),
      serviceName: labels.first('quaylog.service'),
      serviceVersion: labels.first('quaylog.version'),
      include: include === null ? undefined : { value: [[include]], label: 'quaylog.include_lines' },
      exclude: exclude === null ? undefined : { value: [exclude], label: 'quaylog.exclude_lines' },
      masks: mask === null ? undefined : { value: [{ pattern: mask, by: '***' }], label: 'quaylog.mask' },
    };
  },
};

/** `off`, or a pattern with which a record begins. */
function joiningOf(labels: LabelReader): Wishes['joining'] | undefined {
  const label = 'quaylog.multiline';
  if (labels.text(label)?.toLowerCase() === 'off') return { value: 'off', label };
  const pattern = labels.pattern(label);
  return pattern === null ? undefined : { value: { pattern, negate: true, side: 'before' }, label };
}

function historyOf(labels: LabelReader): Wishes['historyAgeMs'] | undefined {
  const label = 'quaylog.history';
  const text = labels.text(label);
  if (text === null) return undefined;
  const value = text === 'all' ? null : text === 'none' ? 0 : parseDuration(text);
  if (value !== undefined) return { value, label };
  labels.complain(label, 'is neither all nor none nor a duration such as 24h');
  return undefined;
}

function complainOfUnknown(labels: LabelReader): void {
  for (const label of Object.keys(labels.labels)) {
    if (label.startsWith(PREFIX) && label !== ROLE_LABEL && !LABELS.includes(label))
      labels.complain(label, `is no label of Quaylog; there are ${LABELS.join(', ')}`);
  }
}
