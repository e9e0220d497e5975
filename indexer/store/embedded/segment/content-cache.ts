/** What was read and unpacked, kept for the next question; bounded in bytes, what was not used for longest goes first. */

/** What is known under `part` of one thing; made when it is not there. */
export type Keep = <T extends ArrayBufferView>(part: number | string, make: () => T) => T;

export interface ContentCache {
  /** For one thing that never changes, as an image: its parts do not mix with those of others. */
  scope(): Keep;
}

/** What is larger than `maxBytes` is kept alone. */
export function createContentCache(maxBytes: number): ContentCache {
  const kept = new Map<string, ArrayBufferView>();
  let bytes = 0;
  let scopes = 0;

  function makeRoom(): void {
    for (const [name, { byteLength }] of kept) {
      if (bytes <= maxBytes || kept.size === 1) break;
      kept.delete(name);
      bytes -= byteLength;
    }
  }

  return {
    scope() {
      const scope = ++scopes;
      return <T extends ArrayBufferView>(part: number | string, make: () => T): T => {
        const name = `${scope} ${part}`;
        let content = kept.get(name) as T | undefined;
        if (content) kept.delete(name);
        else {
          content = inOwnMemory(make());
          bytes += content.byteLength;
        }
        kept.set(name, content);
        makeRoom();
        return content;
      };
    },
  };
}

/** Small buffers are pieces of a large one, which stays as long as any of its pieces does. */
function inOwnMemory<T extends ArrayBufferView>(content: T): T {
  const { buffer, byteOffset, byteLength } = content;
  if (byteLength === buffer.byteLength || !Buffer.isBuffer(content)) return content;
  const own = Buffer.allocUnsafeSlow(byteLength);
  own.set(new Uint8Array(buffer, byteOffset, byteLength));
  return own as ArrayBufferView as T;
}

/** Keeps nothing: for who reads everything once. */
export const keepNothing: Keep = (_part, make) => make();
