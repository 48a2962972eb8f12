import { runCommand } from '../terminal/exit.ts';
import { runProgram } from './run-program.ts';

await runCommand(() => runProgram(process.argv.slice(2)));
