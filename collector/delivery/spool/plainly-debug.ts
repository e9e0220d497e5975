/** Whether a line says of itself that it is for debugging. Only what is beyond doubt counts: the rest is dropped last. Pure. */

/** `{"level":"debug"}`, `{"lvl":20}`: numbers as pino and bunyan write them. */
const JSON_LEVEL =
  /"(?:level|lvl|severity|log\.level)"\s*:\s*(?:"(?:debug|trace|verbose)"|(?:10|20)\s*[,}])/i;
/** `level=debug`. */
const PAIR_LEVEL = /(?:^|\s)(?:level|lvl|severity)="?(?:debug|trace|verbose)(?![\w-])/i;
/** `debug: …`, `[trace] …`, behind a time at most. */
const FIRST_WORD = /^[\d\s.,:/TZ+-]{0,40}[[(<]?(?:debug|trace)(?:[\])>:|]|\s*$|\s+-?\s)/i;
/** `10:00:00 [main] DEBUG …`, with no other level before. */
const SHOUTED = /^(?:(?!ERROR|WARN|FATAL|CRIT|NOTICE|INFO).){0,60}?(?<![\w-])(?:DEBUG|TRACE)(?![\w-])/;
/** No level stands further behind, and a line may be a MiB long. */
const LOOKED_AT = 2_048;

export function isPlainlyDebug(text: string): boolean {
  const head = text.slice(0, LOOKED_AT);
  if (head.startsWith('{')) return JSON_LEVEL.test(head);
  return SHOUTED.test(head) || FIRST_WORD.test(head) || PAIR_LEVEL.test(head);
}
