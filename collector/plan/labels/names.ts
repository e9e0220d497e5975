/** Families whose labels only say what runs in a container. */
import type { LabelFamily } from './label-family.ts';

export const dozzle: LabelFamily = {
  name: 'Dozzle',
  read: labels => ({ serviceName: labels.first('dev.dozzle.name') }),
};

export const coolify: LabelFamily = {
  name: 'Coolify',
  read: labels => ({ serviceName: labels.first('coolify.serviceName') }),
};

export const compose: LabelFamily = {
  name: 'Docker Compose',
  read: labels => ({ serviceName: labels.first('com.docker.compose.service') }),
};

export const swarm: LabelFamily = {
  name: 'Docker Swarm',
  read: labels => ({ serviceName: labels.first('com.docker.swarm.service.name') }),
};

/** Labels that images carry. */
export const image: LabelFamily = {
  name: 'image',
  read: labels => ({
    serviceVersion: labels.first('org.opencontainers.image.version', 'org.label-schema.version'),
  }),
};
