import { createMerger, readMergerEvent } from '../functions/merger/handler.ts';
import { createParser, readParserEvent } from '../functions/parser/handler.ts';
import { whileCollecting } from './garbage.ts';
import { createLocalPorts, type LocalSetup } from './local-ports.ts';

/** The functions that run on worker threads, called by name as Lambda would call them. */
export async function invokeFunction(functionName: string, input: unknown, setup: unknown): Promise<unknown> {
  const { setup: local, rawRoot } = withRawRoot(input, setup as LocalSetup);
  const ports = createLocalPorts({ ...local, rawRoot });
  return whileCollecting(async () => {
    if (functionName === 'parser') return await createParser(ports)(readParserEvent(input));
    if (functionName === 'merger') return await createMerger(ports)(readMergerEvent(input));
    throw new Error(`no function '${functionName}'`);
  });
}

/** Input files may lie in different folders; the runner says with each call in which one. */
function withRawRoot(input: unknown, setup: LocalSetup): { setup: LocalSetup; rawRoot: string } {
  const { rawRoot } = input as { rawRoot?: string };
  return { setup, rawRoot: rawRoot ?? setup.rawRoot };
}
