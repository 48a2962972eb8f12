import { UsageError } from '../../shared/errors.ts';
import { defineCommand } from '../../terminal/command-line.ts';

/** Stands in the package for commands that need the project's sources. */
export const command = defineCommand(
  {
    does: 'Packages every stage without credentials, and checks it. Only in a clone of the project: the stack is packaged from its sources.',
    usage: 'positional-lake deploy-check',
    flags: {},
    notes: 'Exit codes: 0 all of it is right, 1 there are problems, 2 usage.',
  },
  async () => {
    throw new UsageError({
      what: 'deploy-check packages the stack from its sources, and an installed package has none',
      next: 'Run it in a clone of the project: npm ci && npx positional-lake deploy-check.',
    });
  },
);
