import { levelOfWord } from '../level.ts';
import type { Format } from './format.ts';

/** glog and klog: `I1122 10:41:07.123456       1 server.go:123] Started`. It names no year and no zone. */
const LINE = /^([IWEF])\d{4} \d\d:\d\d:\d\d\.\d{6} {1,8}(\d{1,10}) ([^\s:\]]{1,200}:\d{1,7})\] ?/;

export const klog: Format = text => {
  const match = LINE.exec(text);
  if (match === null) return null;
  const [, letter = '', pid, caller] = match;
  return {
    message: text,
    level: levelOfWord(letter),
    levelSource: 'text',
    process: { pid: Number(pid) },
    app: { caller },
  };
};
