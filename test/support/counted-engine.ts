import type {
  EngineAnswer,
  EngineQuery,
  PublishedTables,
  QueryEngine,
} from '../../shared/ports/query-engine.ts';

/** An engine that counts what it is asked, and answers with the commits that it sees when it runs. */
export class CountedEngine implements QueryEngine {
  readonly name = 'counted 1';
  readsGivenState = true;
  runs = 0;
  commit = 1;
  /** What it waits for before it answers. */
  hold: Promise<unknown> = Promise.resolve();
  fails: Error | undefined;

  async published(): Promise<PublishedTables> {
    return new Map([
      [
        'contracts',
        {
          columns: [{ name: 'value', type: 'bigint' }],
          days: { '2025-08-11': 1, '2025-08-12': this.commit },
          contents: {},
        },
      ],
    ]);
  }

  async check(): Promise<void> {}

  async run({ published }: EngineQuery): Promise<EngineAnswer> {
    this.runs++;
    await this.hold;
    if (this.fails) throw this.fails;
    const seen = this.readsGivenState ? published.get('contracts')!.days['2025-08-12'] : this.commit;
    return { columns: [{ name: 'commit', type: 'BIGINT' }], rows: [[seen]] };
  }
}
