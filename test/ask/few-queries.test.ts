import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { FewQueries } from '../../local/serve/few-queries.ts';

it('never lets more run than it should, runs all whose turn comes, and tells the others', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 0, max: 5 }),
      fc.array(fc.constantFrom('ends', 'fails', 'gives up'), { maxLength: 20 }),
      async (most, waiting, asked) => {
        const few = new FewQueries(most, waiting);
        let running = 0;
        let peak = 0;
        const ends: string[] = [];
        await Promise.all(
          asked.map(async (kind) => {
            const giveUp = new AbortController();
            const asking = few.run(async () => {
              peak = Math.max(peak, ++running);
              for (let turn = 0; turn < 3; turn++) await Promise.resolve();
              running--;
              if (kind === 'fails') throw new Error('failed');
            }, giveUp.signal);
            if (kind === 'gives up') giveUp.abort();
            ends.push(
              await asking.then(
                () => 'ran',
                (error: Error) => error.name,
              ),
            );
          }),
        );
        expect(peak).toBe(Math.min(most, asked.length));
        expect(running).toBe(0);
        expect(ends).toHaveLength(asked.length);
        // Nothing is left behind: as many as before may run.
        await Promise.all(
          Array.from({ length: most }, () => few.run(async () => undefined, new AbortController().signal)),
        );
      },
    ),
    { numRuns: 200 },
  );
});
