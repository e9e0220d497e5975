/** Whose labels are understood. Of two that wish for the same, the one that stands first here counts. */
import { datadog } from './datadog.ts';
import { filebeat } from './filebeat.ts';
import type { LabelFamily } from './label-family.ts';
import { logspout } from './logspout.ts';
import { compose, coolify, dozzle, image, swarm } from './names.ts';
import { quaylog } from './quaylog.ts';

export const LABEL_FAMILIES: readonly LabelFamily[] = [
  quaylog,
  datadog,
  filebeat,
  logspout,
  dozzle,
  coolify,
  compose,
  swarm,
  image,
];
