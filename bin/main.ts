import { endProcess } from '../terminal/exit.ts';
import { runProgram } from './run-program.ts';

await endProcess(await runProgram(process.argv.slice(2)));
