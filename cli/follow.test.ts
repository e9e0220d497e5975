import { expect, test } from 'vitest';
import { createJoiner } from './follow.ts';

type Item = { id: string };
const items = (...ids: string[]): Item[] => ids.map(id => ({ id }));

function setUp(pages: Item[][], gate: Promise<void> = Promise.resolve()) {
  const shown: string[] = [];
  const remarks: string[] = [];
  const joiner = createJoiner<Item>({
    idOf: item => item.id,
    show: item => Promise.resolve(void shown.push(item.id)),
    async *readStored() {
      for (const page of pages) {
        await gate;
        yield page;
      }
    },
    remark: text => void remarks.push(text),
  });
  return { joiner, shown, remarks };
}

test('shows what is stored, then what was pushed meanwhile, each once', async () => {
  let open = (): void => undefined;
  const gate = new Promise<void>(resolve => (open = resolve));
  const { joiner, shown } = setUp([items('a', 'b'), items('c')], gate);
  const caughtUp = joiner.catchUp();
  const pushes = [
    joiner.push({ id: 's', items: items('b', 'c'), skipped: 0 }),
    joiner.push({ id: 's', items: items('d'), skipped: 0 }),
  ];
  open();
  await Promise.all([caughtUp, ...pushes]);
  await joiner.push({ id: 's', items: items('d', 'e'), skipped: 0 });
  expect(shown).toEqual(['a', 'b', 'c', 'd', 'e']);
});

test('says how many were skipped', async () => {
  const { joiner, remarks } = setUp([]);
  await joiner.push({ id: 's', items: items('a'), skipped: 7 });
  expect(remarks.join()).toContain('7 skipped');
});

test('a second look after a lost connection shows nothing twice', async () => {
  const { joiner, shown } = setUp([items('a', 'b')]);
  await joiner.catchUp();
  await joiner.catchUp(new Date(0));
  expect(shown).toEqual(['a', 'b']);
});
